using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// What goes on at one candidate: calls under way, calls of the minute, its breaker, how soon it answers. All of it is
/// this node's own knowledge: with several nodes each lets a candidate's whole limits through, as dividing them would
/// refuse callers whom the others have room for. Times are in milliseconds.
/// </summary>
internal sealed class CandidateState
{
    private const long MinuteMs = 60_000;
    private const long SlotMs = 1_000;

    /// <summary>How much the last answer counts against all before it.</summary>
    private const double Freshness = 0.2;

    private readonly Lock gate = new();
    private CircuitBreaker breaker = new();
    private int underWay;
    private long minuteSince = -MinuteMs;
    private int ofMinute;
    private long busyUntil;
    private long measuredAt = -MinuteMs;
    private double firstByteMs;

    /// <summary>Takes a place for one call, or says what is in the way.</summary>
    /// <param name="atOnceMax">Zero for any number, as with <paramref name="perMinuteMax"/>.</param>
    internal Entry Enter(int atOnceMax, int perMinuteMax, long now)
    {
        lock (gate)
        {
            if (now < busyUntil) return new Entry(Obstacle.Busy, busyUntil - now);
            if (breaker.WaitMs(now) is > 0 and var wait) return new Entry(Obstacle.Breaker, wait);
            if (atOnceMax > 0 && underWay >= atOnceMax) return new Entry(Obstacle.Slots, SlotMs);
            if (now - minuteSince >= MinuteMs) (minuteSince, ofMinute) = (now, 0);
            if (perMinuteMax > 0 && ofMinute >= perMinuteMax)
                return new Entry(Obstacle.Rate, minuteSince + MinuteMs - now);

            underWay++;
            ofMinute++;
            return new Entry(Obstacle.None, 0) { IsProbe = breaker.Enter() };
        }
    }

    /// <summary>The call was not sent after all.</summary>
    internal void Withdraw(bool isProbe)
    {
        lock (gate)
        {
            underWay--;
            if (ofMinute > 0) ofMinute--;
            breaker.Unknown(isProbe);
        }
    }

    /// <param name="wait">With <see cref="Failure.Busy"/>: how long the provider wants to be left alone.</param>
    internal void Leave(Failure failure, bool isProbe, TimeSpan wait, long now)
    {
        lock (gate)
        {
            underWay--;
            switch (failure)
            {
                case Failure.None:
                    breaker.Served(now, isProbe);
                    break;
                case Failure.Busy:
                    busyUntil = Math.Max(busyUntil, now + (long)wait.TotalMilliseconds);
                    breaker.Unknown(isProbe);
                    break;
                case Failure.Supplier or Failure.Upstream:
                    breaker.Failed(now, isProbe);
                    break;
                default:
                    breaker.Unknown(isProbe);
                    break;
            }
        }
    }

    internal void Answered(long afterMs, long now)
    {
        lock (gate)
        {
            firstByteMs = now - measuredAt >= MinuteMs
                ? afterMs
                : firstByteMs + (Freshness * (afterMs - firstByteMs));
            measuredAt = now;
        }
    }

    /// <summary>Below zero when it has not been asked for a minute: who was slow once gets another chance.</summary>
    internal double FirstByteMs(long now)
    {
        lock (gate) return now - measuredAt >= MinuteMs ? -1 : firstByteMs;
    }

    internal bool IsAtRest(long now)
    {
        lock (gate) return underWay == 0 && now - minuteSince >= MinuteMs && now >= busyUntil
                && breaker.WaitMs(now) == 0;
    }
}

/// <summary>Why a candidate is passed over.</summary>
internal enum Obstacle
{
    None,

    /// <summary>Its provider wants to be left alone for a while (429).</summary>
    Busy,

    /// <summary>It failed too often.</summary>
    Breaker,

    /// <summary>As many calls are under way as it takes at once.</summary>
    Slots,

    /// <summary>It had as many calls as it takes in a minute.</summary>
    Rate,
}

/// <param name="WaitMs">When it is worth another try.</param>
internal readonly record struct Entry(Obstacle Obstacle, long WaitMs)
{
    internal bool IsProbe { get; init; }
}

internal static class Moments
{
    /// <summary>Since some moment or other; it never goes back, whatever happens to the wall's clock.</summary>
    internal static long Milliseconds(this TimeProvider clock) =>
        clock.GetTimestamp() / (clock.TimestampFrequency / 1000);
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// One call's way along the candidates, in the order of the rule. Where the order is the snapshot's own, or starts
/// somewhere in it, that array is walked along; else a rented copy, of which each step brings the next to the front.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct CandidateWalk
{
    private RoutingRule rule;
    private Candidate[]? candidates;
    private int count;
    private int at;
    private int turn;
    private bool isRented;

    private Candidate? current;
    private bool isProbe;
    private long enteredAt;

    private bool sawOutage;
    private long shortestWaitMs;

    /// <summary>Only where the caller asked for it.</summary>
    internal RouteNotes? Notes { get; private set; }

    /// <summary>Somebody may serve the call, but not now.</summary>
    internal readonly bool IsHindered => shortestWaitMs > 0;

    internal readonly TimeSpan ShortestWait => TimeSpan.FromMilliseconds(shortestWaitMs);

    /// <summary>All that stands in the way are limits, of ours or of a provider.</summary>
    internal readonly bool IsOnlyLimited => !sawOutage;

    internal void Begin(RoutingRule by, Candidate[] offers, Turn turns, RouteNotes? notes)
    {
        (rule, candidates, count, Notes) = (by, offers, offers.Length, notes);
        if (count == 1 || rule == RoutingRule.Cheapest) return;
        if (rule == RoutingRule.RoundRobin)
        {
            turn = turns.Next(count);
            return;
        }

        candidates = ArrayPool<Candidate>.Shared.Rent(count);
        isRented = true;
        offers.CopyTo(candidates, 0);
    }

    /// <summary>The next in order, or null when all were there.</summary>
    internal Candidate? Next(long now)
    {
        if (at == count) return null;
        if (!isRented)
        {
            var place = at++ + turn;
            return candidates![place < count ? place : place - count];
        }

        var rest = candidates.AsSpan(at++, count - at + 1);
        var best = rule == RoutingRule.LeastLatency ? Soonest(rest, now) : ByChance(rest, rule == RoutingRule.Priority);
        var chosen = rest[best];
        // What stays keeps its order, which decides between equals.
        rest[..best].CopyTo(rest[1..]);
        return rest[0] = chosen;
    }

    internal void PassOver(Candidate candidate, in Entry entry)
    {
        sawOutage |= entry.Obstacle == Obstacle.Breaker;
        Wait(entry.WaitMs);
        Notes?.Add(candidate, RouteNotes.WordOf(entry.Obstacle));
    }

    internal void Enter(Candidate candidate, in Entry entry, long now) =>
        (current, isProbe, enteredAt) = (candidate, entry.IsProbe, now);

    internal readonly void Answered(long now) => current!.State.Answered(now - enteredAt, now);

    /// <summary>The candidate was not asked: it could not, or the caller cannot pay.</summary>
    internal void Withdraw(string why)
    {
        if (current is null) return;
        current.State.Withdraw(isProbe);
        Notes?.Add(current, why);
        current = null;
    }

    internal void Leave(Failure failure, int status, TimeSpan wait, long now)
    {
        if (current is null) return;
        current.State.Leave(failure, isProbe, wait, now);
        if (failure == Failure.Busy) Wait((long)wait.TotalMilliseconds);
        if (failure != Failure.None) Notes?.AddTried(current, status);
        current = null;
    }

    internal void End()
    {
        Withdraw("left");
        if (isRented) ArrayPool<Candidate>.Shared.Return(candidates!, clearArray: true);
        isRented = false;
    }

    private void Wait(long ms)
    {
        if (shortestWaitMs == 0 || ms < shortestWaitMs) shortestWaitMs = ms;
    }

    private static int Soonest(ReadOnlySpan<Candidate> rest, long now)
    {
        var best = 0;
        var least = double.MaxValue;
        for (var place = 0; place < rest.Length; place++)
        {
            if (rest[place].State.FirstByteMs(now) is var ms && ms < least) (best, least) = (place, ms);
        }

        return best;
    }

    [SuppressMessage("Security", "CA5394", Justification = "Who is asked first is no secret.")]
    private static int ByChance(ReadOnlySpan<Candidate> rest, bool isByPriority)
    {
        var highest = int.MinValue;
        if (isByPriority)
        {
            foreach (var one in rest) highest = Math.Max(highest, one.Priority);
        }

        var sum = 0L;
        foreach (var one in rest) sum += WeightOf(one);
        var left = Random.Shared.NextInt64(sum);
        for (var place = 0; place < rest.Length; place++)
        {
            left -= WeightOf(rest[place]);
            if (left < 0) return place;
        }

        return 0;

        long WeightOf(Candidate one) => isByPriority && one.Priority != highest ? 0 : Math.Max(1, one.Weight);
    }
}

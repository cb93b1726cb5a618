namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// Keeps calls from who fails anyway. It opens after five failures in a row, or when half of at least twenty calls of
/// the last thirty seconds failed; for five seconds, twice as long after each probe that fails, a minute at most. Then
/// one call at a time is let through to see: when it is served the breaker closes. Times are in milliseconds; whoever
/// owns it sees to it that one at a time asks.
/// </summary>
internal struct CircuitBreaker()
{
    private const int InARowMax = 5;
    private const int CallsMin = 20;
    private const int Spans = 6;
    private const long SpanMs = 5_000;
    private const long PauseMinMs = 5_000;
    private const long PauseMaxMs = 60_000;

    /// <summary>How long somebody may expect a probe to take; nobody knows.</summary>
    private const long ProbeMs = 1_000;

    private readonly int[] calls = new int[Spans];
    private readonly int[] failures = new int[Spans];
    private long span;
    private int inARow;
    private bool isOpen;
    private bool isProbed;
    private long until;
    private long pauseMs = PauseMinMs;

    /// <summary>Zero: a call may go; it is the probe when the breaker is open.</summary>
    internal readonly long WaitMs(long now)
    {
        if (!isOpen) return 0;
        return now < until ? until - now : isProbed ? ProbeMs : 0;
    }

    /// <summary>A call goes. True: it is the probe.</summary>
    internal bool Enter() => isProbed = isOpen;

    internal void Served(long now, bool isProbe)
    {
        if (isProbe)
        {
            (isOpen, isProbed, inARow, pauseMs) = (false, false, 0, PauseMinMs);
            Array.Clear(calls);
            Array.Clear(failures);
            return;
        }

        if (isOpen) return; // from before it opened: no sign of today
        inARow = 0;
        calls[At(now)]++;
    }

    internal void Failed(long now, bool isProbe)
    {
        if (isProbe)
        {
            pauseMs = Math.Min(pauseMs * 2, PauseMaxMs);
            Open(now);
            return;
        }

        if (isOpen) return;
        var at = At(now);
        calls[at]++;
        failures[at]++;
        if (++inARow >= InARowMax || (Sum(calls) is >= CallsMin and var all && Sum(failures) * 2 >= all)) Open(now);
    }

    /// <summary>The call says nothing of its provider.</summary>
    internal void Unknown(bool isProbe)
    {
        if (isProbe) isProbed = false;
    }

    private void Open(long now) => (isOpen, isProbed, until) = (true, false, now + pauseMs);

    private int At(long now)
    {
        var current = now / SpanMs;
        for (var old = Math.Max(span + 1, current - Spans + 1); old <= current; old++)
            calls[old % Spans] = failures[old % Spans] = 0;
        span = Math.Max(span, current);
        return (int)(span % Spans);
    }

    private static int Sum(int[] counts)
    {
        var sum = 0;
        foreach (var count in counts) sum += count;
        return sum;
    }
}

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// One timer over all calls in flight, instead of one per call and read: whoever waits for a provider too long is told
/// to stop, and a client that waits for events hears in between that the line is alive.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    private const int SparesMax = 4096;
    private static readonly TimeSpan TickMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TickMin = TimeSpan.FromMilliseconds(10);

    private readonly Lock gate = new();
    private readonly List<Silence> inFlight = [];
    private readonly Stack<Silence> spares = new();
    private readonly Timer timer;

    public SilenceWatch(GatewayTerms terms)
    {
        Terms = terms;
        var shortest = Math.Min(terms.KeepAliveAfter.Ticks, Math.Min(terms.FirstByte.Ticks, terms.Idle.Ticks));
        var tick = TimeSpan.FromTicks(Math.Clamp(shortest / 4, TickMin.Ticks, TickMax.Ticks));
        timer = new Timer(static watch => ((SilenceWatch)watch!).Look(), this, tick, tick);
    }

    internal GatewayTerms Terms { get; }

    internal Silence Enter(GatewayExchange exchange)
    {
        Silence silence;
        lock (gate)
        {
            silence = spares.Count > 0 ? spares.Pop() : new Silence(this);
            silence.Place = inFlight.Count;
            inFlight.Add(silence);
        }

        silence.Start(exchange);
        return silence;
    }

    internal void Leave(Silence silence)
    {
        lock (gate)
        {
            var last = inFlight[^1];
            inFlight.RemoveAt(inFlight.Count - 1);
            if (last != silence) inFlight[last.Place = silence.Place] = last;
            if (silence.TryReset() && spares.Count < SparesMax) spares.Push(silence);
            else silence.Dispose();
        }
    }

    private void Look()
    {
        var now = Environment.TickCount64;
        lock (gate)
        {
            foreach (var one in inFlight) one.Look(now);
        }
    }

    public void Dispose() => timer.Dispose();
}

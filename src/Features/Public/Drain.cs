namespace SupplyApi.Features.Public;

/// <summary>Set once, when the process was asked to end: no new calls, those in flight finish.</summary>
internal sealed class Drain
{
    private volatile bool started;

    internal bool Started => started;

    internal void Start() => started = true;
}

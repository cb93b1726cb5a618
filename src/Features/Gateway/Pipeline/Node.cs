namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>This process among its siblings; what it took ahead is its own until it is gone.</summary>
internal sealed class Node(GatewayTerms terms)
{
    private long heardAt = Environment.TickCount64;

    internal long Id { get; } = Secrets.LockNumber(Guid.NewGuid().ToString());

    /// <summary>
    /// The database heard of this node lately, so no other one takes it for dead and its leases for nobody's.
    /// </summary>
    internal bool IsHeard =>
        Environment.TickCount64 - Volatile.Read(ref heardAt) < terms.LeaseLife.TotalMilliseconds / 2;

    internal void Heard() => Volatile.Write(ref heardAt, Environment.TickCount64);
}

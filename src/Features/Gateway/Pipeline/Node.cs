namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>This process among its siblings; holds are its own until it is gone.</summary>
internal sealed class Node
{
    internal long Id { get; } = Secrets.LockNumber(Secrets.NewRequestId());
}

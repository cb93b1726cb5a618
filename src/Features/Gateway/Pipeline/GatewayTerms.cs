namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>What the operator decides about calls.</summary>
/// <param name="FeeRate">The platform's share of a charge, 0 to 1.</param>
/// <param name="FirstByte">How long a provider may think before it answers.</param>
/// <param name="Idle">How long an answer may pause.</param>
/// <param name="LeaseLife">How long what a node took ahead stays its own after it fell silent.</param>
internal sealed record GatewayTerms(decimal FeeRate, TimeSpan FirstByte, TimeSpan Idle, TimeSpan LeaseLife)
{
    /// <summary>How long a client that waits for events hears nothing before it is sent a comment.</summary>
    internal TimeSpan KeepAliveAfter { get; init; } = TimeSpan.FromSeconds(10);
}

using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Somebody who can serve a call, with the prices of this moment: a supplier's package, or a model of one of the
/// platform's own channels. The call is charged by these prices, whatever happens to them meanwhile.
/// </summary>
internal sealed record Candidate
{
    private string? opened;

    internal required Source Source { get; init; }

    /// <summary>Of the package, or of the channel's model.</summary>
    internal required long Id { get; init; }

    /// <summary>The name that callers use.</summary>
    internal required string Model { get; init; }

    /// <summary>The name that the provider uses.</summary>
    internal required string UpstreamModel { get; init; }

    internal required string Provider { get; init; }

    /// <summary>Another place than the provider's own; null for the usual one.</summary>
    internal Uri? Origin { get; init; }

    internal required byte[] Credential { get; init; }

    /// <summary>The row that the credential is sealed for.</summary>
    internal required string SealedFor { get; init; }

    internal required Prices Prices { get; init; }

    /// <summary>Who earns by it; both zero for the platform, which keeps the whole charge.</summary>
    internal long SupplierTenantId { get; init; }
    internal long SupplierUserId { get; init; }

    /// <summary>At once, and in a minute; zero for any number.</summary>
    internal int MaxConcurrent { get; init; }
    internal int RateLimitRpm { get; init; }

    /// <summary>The higher goes first; equals share calls by weight.</summary>
    internal int Priority { get; init; }
    internal int Weight { get; init; } = 1;

    /// <summary>False: it serves only those who have subscribed to it.</summary>
    internal bool IsOnSale { get; init; } = true;

    /// <summary>On offer from here to there, whatever the snapshot's age.</summary>
    internal DateTimeOffset OfferedSince { get; init; }
    internal DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>What changes from call to call; it outlives the snapshot.</summary>
    internal CandidateState State { get; init; } = new();

    /// <summary>Unsealed once for all calls of a snapshot; null where that cannot be done.</summary>
    internal string? Open(Secrets secrets) => opened ??= secrets.Open(Credential, SealedFor);
}

internal enum Source
{
    Package,
    Channel,
}

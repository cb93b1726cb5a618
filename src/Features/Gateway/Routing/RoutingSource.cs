using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>One kind of candidates: how all of them are loaded, and how one is looked for.</summary>
/// <param name="LoadAsync">All that can serve at the given moment, in one query.</param>
/// <param name="FindProviderAsync">
/// Whose provider offers the model right now, rather one of those given; null where nobody does.
/// </param>
internal sealed record RoutingSource(
    Func<NpgsqlConnection, CandidateStates, DateTimeOffset, CancellationToken, Task<IReadOnlyList<Candidate>>>
        LoadAsync,
    Func<NpgsqlConnection, string, string[], DateTimeOffset, CancellationToken, Task<string?>> FindProviderAsync);

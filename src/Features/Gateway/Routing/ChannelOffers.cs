using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>The models that the platform serves by its own channels.</summary>
internal static class ChannelOffers
{
    internal static RoutingSource All { get; } = new(LoadAsync, FindProviderAsync);

    private const string FindProvider = """
        select channel.type
          from channel_models served
          join channels channel on channel.id = served.channel_id
          join models model on model.id = served.model_id
         where model.model_name = $1 and served.enabled and channel.enabled and model.enabled
         order by channel.type = any($2) desc, channel.type
         limit 1
        """;

    private static async Task<IReadOnlyList<Candidate>> LoadAsync(
        NpgsqlConnection connection, CandidateStates states, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await connection.Command(ChannelSource.Select).ListAsync<ChannelSource>(ct);
        return rows.ConvertAll(row => row.ToCandidate() with { State = states.Of(Source.Channel, row.Id) });
    }

    private static Task<string?> FindProviderAsync(
        NpgsqlConnection connection, string model, string[] providers, DateTimeOffset now, CancellationToken ct) =>
        connection.Command(FindProvider).With(model).With(providers).ValueAsync<string>(ct);
}

using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;
using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>Intents of all apps that wait in one state, the oldest first: the queue of what is to be bought.</summary>
internal static class ListAppIntents
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/intents", Handle)
        .WithName("listAppIntents");

    private const string Count =
        "select coalesce(sum(intent_sum(counts, $1)), 0)::bigint from intent_counts where grain = 'month'";

    private const string List = $"""
        select {Intent.Columns}
          from intents
         where $1::text is null or status = $1
         order by id
        offset $2 limit $3
        """;

    private static async Task<IResult> Handle(
        string? status, string? page, [FromQuery(Name = "page_size")] string? pageSize,
        NpgsqlDataSource db, Secrets secrets, CancellationToken ct)
    {
        if (status is not null && !IntentStatus.All.Contains(status))
            return Errors.Invalid("status", $"status must be one of {string.Join(", ", IntentStatus.All)}.");
        if (Page.Read(page, pageSize, out var wanted, Page.PlatformSizeMax) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var kinds = IntentFilter.KindsOf(status is null ? null : [status], platforms: null);
        var total = await connection.Command(Count).With(kinds).ValueAsync<long>(ct);
        var intents = await connection.Command(List)
            .WithNullable(status, NpgsqlDbType.Text).With(wanted.Offset).With(wanted.Size)
            .ListAsync<Intent>(ct);
        IReadOnlyList<AppIntentView> views = [.. intents.Select(one => AppIntentView.Masked(one, secrets))];
        return TypedResults.Ok(new ItemPage<AppIntentView>(views, total, wanted.Number, wanted.Size));
    }
}

[JsonSerializable(typeof(ItemPage<AppIntentView>))]
internal sealed partial class ListAppIntentsJson : JsonSerializerContext;

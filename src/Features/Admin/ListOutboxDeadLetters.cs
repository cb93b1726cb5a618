using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Admin;

/// <summary>What could not be told to others, and why. The newest event first.</summary>
internal static class ListOutboxDeadLetters
{
    internal sealed record DeadLetter(
        Guid EventId, string Name, long TenantId, int Attempts, string? LastError, DateTime CreatedAt, DateTime DeadAt,
        JsonElement Payload) : IRow<DeadLetter>
    {
        public static DeadLetter Read(NpgsqlDataReader row) => new(
            row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetInt32(3), row.TextOrNull(4), row.GetDateTime(5),
            row.GetDateTime(6), JsonDocument.Parse(row.GetString(7)).RootElement);
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/outbox/dead-letters", Handle)
        .WithName("listOutboxDeadLetters");

    private const string Count = "select count(*) from outbox_events where dead_at is not null";

    // Ids of events are made from their time.
    private const string List = """
        select event_id, name, tenant_id, attempts, last_error, created_at, dead_at, payload::text
          from outbox_events
         where dead_at is not null
         order by event_id desc
        offset $1 limit $2
        """;

    private static async Task<IResult> Handle(
        string? page, [FromQuery(Name = "page_size")] string? pageSize, NpgsqlDataSource db, CancellationToken ct)
    {
        if (Page.Read(page, pageSize, out var wanted, Page.PlatformSizeMax) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await connection.Command(Count).ValueAsync<long>(ct);
        var letters = await connection.Command(List).With(wanted.Offset).With(wanted.Size).ListAsync<DeadLetter>(ct);
        return TypedResults.Ok(new ItemPage<DeadLetter>(letters, total, wanted.Number, wanted.Size));
    }
}

[JsonSerializable(typeof(ItemPage<ListOutboxDeadLetters.DeadLetter>))]
internal sealed partial class ListOutboxDeadLettersJson : JsonSerializerContext;

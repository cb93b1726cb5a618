namespace SupplyApi.Features.Admin;

/// <summary>An admin has a dead letter delivered after all: it is due now, with all its attempts before it.</summary>
internal static class RetryOutboxDeadLetter
{
    internal sealed record Response(Guid EventId, string Name, DateTime NextAttemptAt);

    private sealed record Row(long TenantId, string Name, int Attempts, string? LastError) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) =>
            new(row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.TextOrNull(3));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/outbox/dead-letters/{eventId:guid}/retry", Handle)
        .WithName("retryOutboxDeadLetter");

    private const string Lock = """
        select tenant_id, name, attempts, last_error
          from outbox_events
         where event_id = $1 and dead_at is not null
           for update
        """;

    private const string Revive = """
        update outbox_events
           set dead_at = null, last_error = null, attempts = 0, next_attempt_at = $3
         where tenant_id = $1 and event_id = $2
        """;

    private static async Task<IResult> Handle(
        Guid eventId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var letter = await connection.Command(Lock).With(eventId).OneAsync<Row>(ct);
        if (letter is null) return Errors.NotFound("dead letter");

        var now = clock.GetUtcNow();
        await connection.Command(Revive).With(letter.TenantId).With(eventId).With(now).RunAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("admin.outbox.retry", "outbox_event", eventId.ToString())
        {
            TenantId = letter.TenantId,
            Before = new() { ["attempts"] = letter.Attempts, ["last_error"] = letter.LastError },
            After = new() { ["attempts"] = 0 },
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Response(eventId, letter.Name, now.UtcDateTime));
    }
}

[JsonSerializable(typeof(RetryOutboxDeadLetter.Response))]
internal sealed partial class RetryOutboxDeadLetterJson : JsonSerializerContext;

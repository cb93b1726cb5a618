using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>Of the outbox, what no operation shows.</summary>
internal static class OutboxRows
{
    private const string Undelivered = "select count(*) from outbox_events where delivered_at is null";

    private const string All = "select count(*) from outbox_events";

    private const string AttemptsMax = "select max(attempts)::bigint from outbox_events";

    private const string InsertDead = """
        insert into outbox_events (tenant_id, event_id, name, payload, created_at, next_attempt_at, attempts, dead_at,
                                   last_error)
        values (0, $1, 'test.nothing.happen.success', '{}', now(), now(), 10, now(), 'status 500')
        """;

    private const string Retries = """
        select count(*)
          from audit_events
         where action = 'admin.outbox.retry' and object_type = 'outbox_event' and object_id = $1::uuid::text
        """;

    internal static Task<long> CountAsync(TestDatabase database) => AskAsync(database, All);

    internal static Task<long> CountUndeliveredAsync(TestDatabase database) => AskAsync(database, Undelivered);

    internal static Task<long> AttemptsMaxAsync(TestDatabase database) => AskAsync(database, AttemptsMax);

    internal static Task<long> CountRetriesAsync(TestDatabase database, string eventId) =>
        AskAsync(database, Retries, Guid.Parse(eventId));

    /// <summary>For a process that delivers nothing, and so has no dead letters of its own.</summary>
    internal static async Task<Guid> AddDeadLetterAsync(TestDatabase database)
    {
        var id = Guid.CreateVersion7();
        await using var connection = await database.OpenAsync();
        await using var insert = new NpgsqlCommand(InsertDead, connection) { Parameters = { new() { Value = id } } };
        await insert.ExecuteNonQueryAsync();
        return id;
    }

    private static async Task<long> AskAsync(TestDatabase database, string sql, params object[] parameters)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

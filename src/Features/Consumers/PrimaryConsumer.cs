namespace SupplyApi.Features.Consumers;

/// <summary>
/// The one of an owner's consumers that is meant where none is named. To change it is to change two rows, so whoever
/// does waits for whoever else does.
/// </summary>
internal static class PrimaryConsumer
{
    private const string Lock = "select pg_advisory_xact_lock($1)";

    private const string Find = $"select {ConsumerView.Columns} from consumers where tenant_id = $1 and is_primary";

    private const string Unmark = """
        update consumers set is_primary = false, updated_at = $3 where tenant_id = $1 and is_primary and id <> $2
        """;

    private const string Mark = $"""
        update consumers set is_primary = true, updated_at = $3
         where tenant_id = $1 and id = $2
        returning {ConsumerView.Columns}
        """;

    internal static Task<ConsumerView?> FindAsync(NpgsqlConnection connection, Caller caller, CancellationToken ct) =>
        connection.Command(Find).With(caller.TenantId).OneAsync<ConsumerView>(ct);

    /// <summary>As <see cref="FindAsync"/>, but until the transaction ends nobody else changes it.</summary>
    internal static async Task<ConsumerView?> HoldAsync(
        NpgsqlConnection connection, Caller caller, CancellationToken ct)
    {
        await connection.Command(Lock).With(Secrets.LockNumber($"primary_consumer\n{caller.TenantId}")).RunAsync(ct);
        return await FindAsync(connection, caller, ct);
    }

    /// <summary>Null when there is no such consumer; then nothing must be committed.</summary>
    /// <param name="before">What <see cref="HoldAsync"/> found.</param>
    internal static async Task<ConsumerView?> MarkAsync(
        NpgsqlConnection connection, Caller caller, ConsumerView? before, long id, DateTimeOffset now,
        CancellationToken ct)
    {
        if (before is not null)
            await connection.Command(Unmark).With(caller.TenantId).With(id).With(now).RunAsync(ct);
        var after = await connection.Command(Mark).With(caller.TenantId).With(id).With(now)
            .OneAsync<ConsumerView>(ct);
        if (after is null) return null;

        await connection.AuditAsync(caller, new AuditEntry("consumer.primary", "consumer", id)
        {
            Before = new() { ["primary"] = before?.Id },
            After = new() { ["primary"] = after.Id },
        }, now, ct);
        return after;
    }
}

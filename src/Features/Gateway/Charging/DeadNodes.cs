using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// What nodes that are gone leave behind. Their journal on this disk is posted, and then their leases end. Leases of a
/// node whose journal is elsewhere end when it was silent for their life: it could not come back to it so late.
/// </summary>
internal sealed partial class DeadNodes(
    NpgsqlDataSource db, Journal journal, LeaseRows rows, Node node, GatewayTerms terms, TimeProvider clock,
    ILogger<DeadNodes> logger)
{
    private const string Exists = "select exists (select 1 from nodes where node_id = $1)";

    private const string Silent = """
        select distinct lease.node_id
          from gateway_leases lease
          join nodes on nodes.node_id = lease.node_id
         where nodes.seen_at < $1
        """;

    private const string TryLock = "select pg_try_advisory_lock($1)";

    private const string Unlock = "select pg_advisory_unlock($1)";

    private readonly HashSet<long> adopted = [];
    private readonly HashSet<Guid> strange = [];

    private readonly record struct NodeId(long Value) : IRow<NodeId>
    {
        public static NodeId Read(NpgsqlDataReader row) => new(row.GetInt64(0));
    }

    /// <summary>Takes over the journals on this disk whose processes are gone.</summary>
    internal async Task AdoptAsync(CancellationToken ct)
    {
        foreach (var orphan in journal.Orphans(strange))
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            if (await connection.Command(Exists).With(orphan.NodeId).ValueAsync<bool>(ct))
            {
                adopted.Add(orphan.NodeId);
                journal.Adopt(orphan);
                continue;
            }

            strange.Add(orphan.Id);
            OfAnotherDatabase(logger, orphan.Id);
            orphan.Dispose();
        }

        foreach (var gone in adopted.Where(one => !journal.HasSegmentOf(one)).ToList())
        {
            await CloseAllAsync(gone, ct);
            adopted.Remove(gone);
        }
    }

    /// <summary>Ends the leases of nodes that nobody heard of for the life of a lease.</summary>
    internal async Task SweepAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var silent = await connection.Command(Silent).With(clock.GetUtcNow() - terms.LeaseLife).ListAsync<NodeId>(ct);
        silent.RemoveAll(one => one.Value == node.Id || adopted.Contains(one.Value));
        foreach (var one in silent)
        {
            // A living process holds the lock of its node, however long ago its clock says that it was seen.
            if (!await connection.Command(TryLock).With(one.Value).ValueAsync<bool>(ct)) continue;
            try
            {
                await CloseAllAsync(one.Value, ct);
            }
            finally
            {
                await connection.Command(Unlock).With(one.Value).RunAsync(CancellationToken.None);
            }
        }
    }

    private async Task CloseAllAsync(long nodeId, CancellationToken ct)
    {
        var keys = await rows.ListAsync(nodeId, ct);
        foreach (var key in keys) await rows.CloseAsync(key, nodeId, ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        await AnswerBook.ReleaseAllAsync(connection, nodeId, ct);
        if (keys.Count > 0) Closed(logger, keys.Count, nodeId);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} leases of node {Node}, which is gone, were ended")]
    private static partial void Closed(ILogger logger, int count, long node);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Journal {Journal} in the data directory is of another database and stays where it is")]
    private static partial void OfAnotherDatabase(ILogger logger, Guid journal);
}

using SupplyApi.Features.Supply.Packages;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Money set aside for calls in flight: from the wallet, the package's quota and the key's quota at once, in one
/// transaction. Row locks are always taken in the order package, key, ledger.
/// </summary>
internal sealed class Holds(NpgsqlDataSource db, Node node)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private const string TakePackageQuota = """
        update supply_packages
           set available_quota = available_quota - $2
         where id = $1 and status = 'active' and available_quota >= $2
        """;

    private const string TakeKeyQuota = """
        update api_keys
           set quota_held = quota_held + $2
         where id = $1 and (quota_limit = 0 or quota_used + quota_held + $2 <= quota_limit)
        """;

    private const string Insert = """
        insert into gateway_holds (tenant_id, hold_id, node_id, api_key_id, package_id, amount, state, created_at)
        values ($1, $2, $3, $4, $5, $6, 'open', $7)
        """;

    private const string SilentNodes = """
        select distinct hold.node_id
          from gateway_holds hold
          join nodes on nodes.node_id = hold.node_id
         where hold.state = 'open' and nodes.seen_at < $1
        """;

    private const string IsDead = "select pg_try_advisory_xact_lock($1)";

    private const string FindOpen = """
        select tenant_id, hold_id, api_key_id, package_id, amount
          from gateway_holds
         where node_id = $1 and state = 'open'
         order by package_id, api_key_id
           for update skip locked
         limit 100
        """;

    private const string CloseHold =
        "update gateway_holds set state = 'voided', closed_at = $3 where tenant_id = $1 and hold_id = $2";

    private const string GiveBackKeyQuota = "update api_keys set quota_held = quota_held - $2 where id = $1";

    /// <summary>Null when the money is held.</summary>
    internal async Task<Refusal?> OpenAsync(KeyHolder key, Candidate candidate, Hold hold, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.Command(TakePackageQuota).With(candidate.Id).With(hold.Amount).RunAsync(ct) == 0)
            return Errors.NoCapacity with { RetryAfter = null }; // Quota does not come back by waiting.
        if (await connection.Command(TakeKeyQuota).With(key.KeyId).With(hold.Amount).RunAsync(ct) == 0)
            return Errors.KeyQuotaExceeded;
        await connection.Command(Insert)
            .With(key.TenantId).With(hold.Id).With(node.Id).With(key.KeyId).With(candidate.Id).With(hold.Amount)
            .With(hold.At)
            .RunAsync(ct);
        var held = await connection.PostAsync(new Transfer(hold.Id, "gateway.hold", $"package/{candidate.Id}",
        [
            new Leg(key.TenantId, Ledger.Wallet, -hold.Amount),
            new Leg(key.TenantId, Ledger.Held, hold.Amount),
        ]), hold.At, ct);
        if (!held) return Errors.InsufficientBalance;

        await transaction.CommitAsync(ct);
        return null;
    }

    /// <summary>
    /// Gives back what dead nodes held: nodes that are silent and whose session lock nobody holds any more.
    /// </summary>
    internal async Task<int> SweepAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var silent = await connection.Command(SilentNodes).With(now - Silence).ListAsync<NodeId>(ct);
        var voided = 0;
        foreach (var one in silent.Where(one => one.Value != node.Id))
            voided += await VoidAllAsync(connection, one.Value, now, ct);
        return voided;
    }

    private static async Task<int> VoidAllAsync(
        NpgsqlConnection connection, long deadNode, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.Command(IsDead).With(deadNode).ValueAsync<bool>(ct)) return 0;

        var open = await connection.Command(FindOpen).With(deadNode).ListAsync<OpenHold>(ct);
        foreach (var hold in open)
        {
            await connection.Command(CloseHold).With(hold.TenantId).With(hold.Id).With(now).RunAsync(ct);
            await PackageQuota.ReturnAsync(connection, hold.PackageId, hold.Id, hold.Amount, now, ct);
            await connection.Command(GiveBackKeyQuota).With(hold.KeyId).With(hold.Amount).RunAsync(ct);
            await connection.PostAsync(new Transfer(Guid.CreateVersion7(now), "gateway.void", $"hold/{hold.Id}",
            [
                new Leg(hold.TenantId, Ledger.Held, -hold.Amount),
                new Leg(hold.TenantId, Ledger.Wallet, hold.Amount),
            ]), now, ct);
        }

        await transaction.CommitAsync(ct);
        return open.Count;
    }

    private readonly record struct NodeId(long Value) : IRow<NodeId>
    {
        public static NodeId Read(NpgsqlDataReader row) => new(row.GetInt64(0));
    }

    private sealed record OpenHold(long TenantId, Guid Id, long KeyId, long PackageId, decimal Amount) : IRow<OpenHold>
    {
        public static OpenHold Read(NpgsqlDataReader row) =>
            new(row.GetInt64(0), row.GetGuid(1), row.GetInt64(2), row.GetInt64(3), row.GetDecimal(4));
    }
}

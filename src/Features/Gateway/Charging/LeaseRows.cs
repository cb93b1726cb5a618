using System.Globalization;
using NpgsqlTypes;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// The rows behind leases. A refill takes an eighth of what the account still has, so the steps become smaller as it
/// runs dry and other nodes find something too; but at least what is needed at once. Locks: account, lease, ledger.
/// </summary>
internal sealed class LeaseRows(NpgsqlDataSource db, Node node, TimeProvider clock)
{
    private const int Parts = 8;
    private const int AttemptsMax = 3;
    private const int LooksMax = 20;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    // $1 owner, $2 node, $3 what is needed, $4 what is wanted: an eighth when null.
    private const string TakeOfPackage = """
        with account as (
          select id, available_quota - leased_quota as rest from supply_packages where id = $1 for update
        ), part as (
          select id, least(rest, greatest($3, coalesce($4, trunc(rest / 8, 9)))) as amount
            from account
           where rest >= $3 and rest > 0
        ), taken as (
          update supply_packages package
             set leased_quota = leased_quota + part.amount
            from part
           where package.id = part.id
        ), kept as (
          insert into gateway_leases as lease (kind, owner_id, node_id, amount)
          select 'package', id, $2, amount from part
              on conflict (kind, owner_id, node_id) do update set amount = lease.amount + excluded.amount
        )
        select amount from part
        """;

    private const string TakeOfKey = """
        with account as (
          select id, case quota_limit when 0 then 1000000000 else quota_limit - quota_used - quota_leased end as rest
            from api_keys
           where id = $1
             for update
        ), part as (
          select id, least(rest, greatest($3, coalesce($4, trunc(rest / 8, 9)))) as amount
            from account
           where rest >= $3 and rest > 0
        ), taken as (
          update api_keys key
             set quota_leased = quota_leased + part.amount
            from part
           where key.id = part.id
        ), kept as (
          insert into gateway_leases as lease (kind, owner_id, node_id, amount)
          select 'key', id, $2, amount from part
              on conflict (kind, owner_id, node_id) do update set amount = lease.amount + excluded.amount
        )
        select amount from part
        """;

    private const string AddToWalletLease = """
        insert into gateway_leases as lease (kind, owner_id, node_id, amount) values ('wallet', $1, $2, $3)
            on conflict (kind, owner_id, node_id) do update set amount = lease.amount + excluded.amount
        """;

    private const string FindLease = """
        select amount from gateway_leases where kind = $1 and owner_id = $2 and node_id = $3 for update
        """;

    private const string TakeFromLease = """
        update gateway_leases set amount = amount - $4 where kind = $1 and owner_id = $2 and node_id = $3
        """;

    private const string CloseLease = """
        delete from gateway_leases where kind = $1 and owner_id = $2 and node_id = $3 returning amount
        """;

    private const string ReturnToPackage = "update supply_packages set leased_quota = leased_quota - $2 where id = $1";

    private const string ReturnToKey = "update api_keys set quota_leased = quota_leased - $2 where id = $1";

    private const string OthersHave = """
        select exists (select 1 from gateway_leases
                        where kind = $1 and owner_id = $2 and node_id <> $3 and amount > 0)
        """;

    private const string TakenAhead =
        "select coalesce(sum(amount), 0) from gateway_leases where kind = $1 and owner_id = $2";

    private const string Recall = "select pg_notify('gateway_recall', $1)";

    private const string OfNode =
        "select kind, owner_id from gateway_leases where node_id = $1 order by kind, owner_id";

    private sealed record Owned(LeaseKey Key) : IRow<Owned>
    {
        public static Owned Read(NpgsqlDataReader row) => new(LeaseKey.Of(row.GetString(0), row.GetInt64(1)));
    }

    /// <summary>Takes from the account. Zero: it has less than is needed, or nothing.</summary>
    /// <param name="wanted">Null: an eighth of what is there.</param>
    internal async Task<decimal> TakeAsync(LeaseKey key, decimal needed, decimal? wanted, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (await TakeAsync(connection, key, node.Id, needed, wanted, ct) is not { } amount) continue;
            await transaction.CommitAsync(ct);
            return amount;
        }

        return 0;
    }

    /// <summary>The same inside the caller's transaction, for any node.</summary>
    /// <returns>Null: somebody else was faster, and the transaction cannot be kept.</returns>
    internal async Task<decimal?> TakeAsync(
        NpgsqlConnection connection, LeaseKey key, long forNode, decimal needed, decimal? wanted, CancellationToken ct)
    {
        if (key.Kind != LeaseKind.Wallet)
            return await connection.Command(key.Kind == LeaseKind.Package ? TakeOfPackage : TakeOfKey)
                .With(key.OwnerId).With(forNode).With(needed).WithNullable(wanted, NpgsqlDbType.Numeric)
                .ValueAsync<decimal>(ct);

        // The balance is read without a lock: the ledger refuses what came too late.
        var balance = await connection.BalanceAsync(key.OwnerId, Ledger.Wallet, ct);
        var part = wanted ?? decimal.Round(balance / Parts, Money.Places, MidpointRounding.ToZero);
        var amount = balance < needed ? 0 : Math.Min(balance, Math.Max(needed, part));
        if (amount == 0) return 0;
        await connection.Command(AddToWalletLease).With(key.OwnerId).With(forNode).With(amount).RunAsync(ct);
        var move = Move(key.OwnerId, amount, forNode, "gateway.lease");
        return await connection.PostAsync(move, clock.GetUtcNow(), ct) ? amount : null;
    }

    /// <summary>What a lease has; nobody changes it until the transaction ends.</summary>
    internal static Task<decimal> LockAsync(
        NpgsqlConnection connection, LeaseKey key, long ofNode, CancellationToken ct) =>
        connection.Command(FindLease).With(key.KindName).With(key.OwnerId).With(ofNode).ValueAsync<decimal>(ct);

    /// <summary>Gives a part of the lease back to its account.</summary>
    internal async Task ReturnAsync(LeaseKey key, decimal amount, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // The ledger is locked last, as by everybody else.
        if (key.Kind != LeaseKind.Wallet) await GiveToAccountAsync(connection, key, amount, node.Id, ct);
        var isThere = await connection.Command(TakeFromLease)
            .With(key.KindName).With(key.OwnerId).With(node.Id).With(amount)
            .RunAsync(ct) == 1;
        if (!isThere) return; // This node was taken for dead, and the account has it already.
        if (key.Kind == LeaseKind.Wallet) await GiveToAccountAsync(connection, key, amount, node.Id, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// Ends the lease of a node that does not use it any more; its account gets back all that is left.
    /// </summary>
    internal async Task CloseAsync(LeaseKey key, long ofNode, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var amount = await connection.Command(CloseLease)
            .With(key.KindName).With(key.OwnerId).With(ofNode)
            .ValueAsync<decimal>(ct);
        await GiveToAccountAsync(connection, key, amount, ofNode, ct);
        await transaction.CommitAsync(ct);
    }

    internal async Task<IReadOnlyList<LeaseKey>> ListAsync(long ofNode, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.Command(OfNode).With(ofNode).ListAsync<Owned>(ct)).ConvertAll(static one => one.Key);
    }

    /// <summary>Asks the other nodes for what they do not need. False: there is nothing to be had.</summary>
    internal async Task<bool> RecallAsync(LeaseKey key, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.Command(OthersHave)
            .With(key.KindName).With(key.OwnerId).With(node.Id)
            .ValueAsync<bool>(ct))
            return false;
        await connection.Command(Recall).With(Notice(key)).RunAsync(ct);
        return true;
    }

    /// <summary>
    /// Asks every node for what is free of a lease, and waits a little while for it to be back in its account. Whoever
    /// has a connection open must not call it: many who wait here would keep each other, and the nodes, from theirs.
    /// </summary>
    internal async Task RecallFromAllAsync(LeaseKey key, CancellationToken ct)
    {
        for (var look = 0; look < LooksMax; look++)
        {
            await using (var connection = await db.OpenConnectionAsync(ct))
            {
                var amount = await connection.Command(TakenAhead).With(key.KindName).With(key.OwnerId)
                    .ValueAsync<decimal>(ct);
                if (amount == 0) return;
                if (look == 0) await connection.Command(Recall).With(Notice(key)).RunAsync(ct);
            }

            await Task.Delay(Look, ct);
        }
    }

    internal static string Notice(LeaseKey key) =>
        string.Create(CultureInfo.InvariantCulture, $"{key.KindName}/{key.OwnerId}");

    internal static LeaseKey? ReadNotice(string notice) => notice.Split('/') switch
    {
        [("wallet" or "package" or "key") and var kind, var id] =>
            LeaseKey.Of(kind, long.Parse(id, CultureInfo.InvariantCulture)),
        _ => null,
    };

    private async Task GiveToAccountAsync(
        NpgsqlConnection connection, LeaseKey key, decimal amount, long ofNode, CancellationToken ct)
    {
        if (amount == 0) return;
        switch (key.Kind)
        {
            case LeaseKind.Package:
                await connection.Command(ReturnToPackage).With(key.OwnerId).With(amount).RunAsync(ct);
                break;
            case LeaseKind.Key:
                await connection.Command(ReturnToKey).With(key.OwnerId).With(amount).RunAsync(ct);
                break;
            default:
                var back = Move(key.OwnerId, -amount, ofNode, "gateway.return");
                if (!await connection.PostAsync(back, clock.GetUtcNow(), ct))
                    throw new InvalidOperationException($"The wallet's lease of {key.OwnerId} is not covered.");
                break;
        }
    }

    private Transfer Move(long tenantId, decimal amount, long ofNode, string reason) => new(
        Guid.CreateVersion7(clock.GetUtcNow()), reason, string.Create(CultureInfo.InvariantCulture, $"node/{ofNode}"),
        [new Leg(tenantId, Ledger.Wallet, -amount), new Leg(tenantId, Ledger.Held, amount)]);
}

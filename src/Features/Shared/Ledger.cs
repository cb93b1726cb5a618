namespace SupplyApi.Features.Shared;

/// <summary>
/// Double entry: a transfer's legs sum to zero, so all balances sum to zero. The only code that moves money.
/// Each account is a hash chain of its own, so writers that share no account never wait for each other.
/// </summary>
internal static class Ledger
{
    // The accounts a tenant can have. All but Funding may never be negative; the database refuses it.
    internal const string Wallet = "wallet";
    internal const string Held = "held";
    internal const string EarningsPending = "earnings_pending";
    internal const string EarningsAvailable = "earnings_available";
    internal const string EarningsFrozen = "earnings_frozen";
    internal const string Withdrawing = "withdrawing";
    internal const string PaidOut = "paid_out";
    internal const string PlatformFee = "platform_fee";

    /// <summary>Where money enters from and leaves to: the mirror of all that was ever paid in.</summary>
    internal const string Funding = "funding";

    private const string NeverNegative = "ledger_accounts_never_negative";

    private const string OpenAccounts = """
        insert into ledger_accounts (tenant_id, kind, balance, seq, head, updated_at)
        select distinct tenant_id, kind, 0, 0, ''::bytea, $3::timestamptz
          from unnest($1::bigint[], $2::text[]) as leg (tenant_id, kind)
         order by tenant_id, kind
            on conflict do nothing
        """;

    // Balance and entry in one statement, so nothing can come between them. The locks are taken in account order: two
    // transfers over the same accounts wait for each other and never deadlock.
    private const string Post = """
        with legs as (
          select tenant_id, kind, sum(amount) as amount
            from unnest($1::bigint[], $2::text[], $3::numeric[]) as leg (tenant_id, kind, amount)
           group by tenant_id, kind
        ), locked as materialized (
          select account.tenant_id, account.kind
            from ledger_accounts account
            join legs using (tenant_id, kind)
           order by account.tenant_id, account.kind
             for update of account
        ), posted as (
          update ledger_accounts account
             set balance = account.balance + legs.amount,
                 seq = account.seq + 1,
                 head = ledger_hash(account.head, account.tenant_id, account.kind, account.seq + 1, $4, legs.amount,
                                    account.balance + legs.amount, $5, $6, $7),
                 updated_at = $7
            from locked
            join legs using (tenant_id, kind)
           where account.tenant_id = locked.tenant_id and account.kind = locked.kind
          returning account.tenant_id, account.kind, account.seq, legs.amount, account.balance, account.head
        )
        insert into ledger_entries (tenant_id, kind, seq, transfer_id, amount, balance, reason, reference, hash,
                                    created_at)
        select tenant_id, kind, seq, $4, amount, balance, $5, $6, head, $7
          from posted
        """;

    // By way of `withdrawing`, which has few entries, and not of the accounts that every call moves.
    private const string WithdrawalEntries = """
        select entry.kind, entry.seq, entry.transfer_id, entry.amount, entry.balance, entry.reason, entry.created_at,
               entry.hash
          from ledger_entries entry
         where entry.tenant_id = $1
           and entry.transfer_id in (select transfer_id
                                       from ledger_entries
                                      where tenant_id = $1 and kind = 'withdrawing' and reference = $2)
         order by entry.created_at, entry.transfer_id, entry.kind
        """;

    private const string Balance = "select balance from ledger_accounts where tenant_id = $1 and kind = $2";

    private const string Spendable = """
        select coalesce(sum(balance), 0) from ledger_accounts where tenant_id = $1 and kind in ('wallet', 'held')
        """;

    private const string Balances = "select kind, balance from ledger_accounts where tenant_id = $1";

    /// <summary>
    /// Posts one transfer inside the caller's transaction. False: an account would have become negative; nothing of the
    /// transaction can be kept then, it must be rolled back.
    /// </summary>
    internal static async Task<bool> PostAsync(
        this NpgsqlConnection connection, Transfer transfer, DateTimeOffset now, CancellationToken ct)
    {
        var legs = Array.FindAll([.. transfer.Legs], static leg => leg.Amount != 0);
        if (legs.Sum(static leg => leg.Amount) != 0)
            throw new InvalidOperationException($"The legs of {transfer.Reason} do not sum to zero.");
        if (legs.Length == 0) return true;

        var tenants = legs.Column(static leg => leg.TenantId);
        var kinds = legs.Column(static leg => leg.Kind);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OpenAccounts).With(tenants).With(kinds).With(now));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Post)
            .With(tenants).With(kinds).With(legs.Column(static leg => Money.Round(leg.Amount)))
            .With(transfer.Id).With(transfer.Reason).With(transfer.Reference).With(now));
        try
        {
            await batch.ExecuteNonQueryAsync(ct);
            return true;
        }
        catch (PostgresException error) when (error.Violates(NeverNegative))
        {
            return false;
        }
    }

    internal static Task<decimal> BalanceAsync(
        this NpgsqlConnection connection, long tenantId, string kind, CancellationToken ct) =>
        connection.Command(Balance).With(tenantId).With(kind).ValueAsync<decimal>(ct);

    /// <summary>
    /// What a tenant has to spend: the wallet, and what nodes have taken out of it ahead and no call has cost yet.
    /// </summary>
    internal static Task<decimal> SpendableAsync(
        this NpgsqlConnection connection, long tenantId, CancellationToken ct) =>
        connection.Command(Spendable).With(tenantId).ValueAsync<decimal>(ct);

    /// <summary>All of a tenant's balances at one moment; an account that never moved is missing.</summary>
    internal static async Task<IReadOnlyDictionary<string, decimal>> BalancesAsync(
        this NpgsqlConnection connection, long tenantId, CancellationToken ct)
    {
        var accounts = await connection.Command(Balances).With(tenantId).ListAsync<AccountBalance>(ct);
        return accounts.ToDictionary(static one => one.Kind, static one => one.Balance);
    }

    private sealed record AccountBalance(string Kind, decimal Balance) : IRow<AccountBalance>
    {
        public static AccountBalance Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetDecimal(1));
    }

    /// <summary>Every entry of the transfers that moved this withdrawal, in the order of their posting.</summary>
    internal static Task<List<LedgerEntry>> WithdrawalEntriesAsync(
        this NpgsqlConnection connection, long tenantId, string reference, CancellationToken ct) =>
        connection.Command(WithdrawalEntries).With(tenantId).With(reference).ListAsync<LedgerEntry>(ct);
}

/// <param name="Reason">What moved the money, as a dotted word: gateway.hold, admin.adjustment, …</param>
/// <param name="Reference">What it moved for: a hold, a settlement, a request.</param>
internal sealed record Transfer(Guid Id, string Reason, string Reference, IReadOnlyList<Leg> Legs);

internal readonly record struct Leg(long TenantId, string Kind, decimal Amount);

/// <summary>One entry of an account's chain; its hash covers it and all entries before it.</summary>
internal sealed record LedgerEntry(
    string Kind, long Sequence, Guid TransferId, decimal Amount, decimal Balance, string Reason, DateTime PostedAt,
    byte[] Hash) : IRow<LedgerEntry>
{
    public static LedgerEntry Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetGuid(2), row.GetDecimal(3), row.GetDecimal(4), row.GetString(5),
        row.GetDateTime(6), row.GetFieldValue<byte[]>(7));
}

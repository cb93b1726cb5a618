using System.Data;

namespace SupplyApi.Host.Database;

/// <summary>
/// Does the money prove itself? Every chain is recomputed, every transfer and all balances must sum to zero, and the
/// books beside the ledger (holds, earnings, lots, settlements, sums of days) must tell the same amounts.
/// </summary>
internal static class LedgerProof
{
    private const string CountEntries = "select count(*) from ledger_entries";

    // Every entry is recomputed from its predecessor: a changed, removed or inserted row breaks its chain.
    private const string BrokenEntry = """
        with chain as (
          select *,
                 coalesce(lag(hash) over account, ''::bytea) as previous_hash,
                 coalesce(lag(balance) over account, 0) as previous_balance,
                 row_number() over account as place
            from ledger_entries
          window account as (partition by tenant_id, kind order by seq)
        )
        select format('entry %s/%s/%s', tenant_id, kind, seq)
          from chain
         where seq <> place
            or balance <> previous_balance + amount
            or hash <> ledger_hash(previous_hash, tenant_id, kind, seq, transfer_id, amount, balance, reason, reference,
                                   created_at)
         order by created_at, tenant_id, kind, seq
         limit 1
        """;

    private const string UnbalancedTransfer = """
        select format('transfer %s sums to %s', transfer_id, sum(amount))
          from ledger_entries
         group by transfer_id
        having sum(amount) <> 0
         order by min(created_at)
         limit 1
        """;

    private const string StrayBalance = """
        select format('account %s/%s', account.tenant_id, account.kind)
          from ledger_accounts account
          left join lateral (
            select seq, balance, hash
              from ledger_entries entry
             where entry.tenant_id = account.tenant_id and entry.kind = account.kind
             order by seq desc
             limit 1
          ) last on true
         where coalesce(last.seq, 0) <> account.seq
            or coalesce(last.balance, 0) <> account.balance
            or coalesce(last.hash, ''::bytea) <> account.head
         order by account.tenant_id, account.kind
         limit 1
        """;

    // An account that was removed together with its balance; its entries are still there.
    private const string MissingAccount = """
        select format('account %s/%s is missing', tenant_id, kind)
          from ledger_entries
         where not exists (select 1 from ledger_accounts account
                            where account.tenant_id = ledger_entries.tenant_id and account.kind = ledger_entries.kind)
         limit 1
        """;

    private const string Sum =
        "select format('all balances sum to %s', sum(balance)) from ledger_accounts having sum(balance) <> 0";

    // What stands in the other books, as the accounts of the ledger should have it.
    private const string StrayBook = """
        with books as (
          select owner_id as tenant_id, 'held' as kind, sum(amount) as amount
            from gateway_leases where kind = 'wallet' group by owner_id
          union all
          select tenant_id, case status when 'pending' then 'earnings_pending' else 'earnings_frozen' end, sum(amount)
            from supply_earnings where status in ('pending', 'frozen') group by tenant_id, status
          union all
          select tenant_id, 'earnings_available', sum(available) from supply_earning_lots group by tenant_id
          union all
          select tenant_id, 'withdrawing', sum(total_amount)
            from supply_settlements where status in ('pending', 'processing') group by tenant_id
          union all
          select tenant_id, 'paid_out', sum(net_amount)
            from supply_settlements where status = 'completed' group by tenant_id
        ), accounts as (
          select tenant_id, kind, balance
            from ledger_accounts
           where kind in ('held', 'earnings_pending', 'earnings_frozen', 'earnings_available', 'withdrawing',
                          'paid_out')
        )
        select format('account %s/%s has %s, its book %s', tenant_id, kind, coalesce(balance, 0), coalesce(amount, 0))
          from accounts
          full join books using (tenant_id, kind)
         where coalesce(balance, 0) <> coalesce(amount, 0)
         order by tenant_id, kind
         limit 1
        """;

    // What nodes took ahead of quotas, as packages and keys have it, and what packages have sold.
    private const string StrayQuota = """
        with leases as (
          select kind, owner_id, sum(amount) as amount from gateway_leases where kind <> 'wallet' group by 1, 2
        ), accounts as (
          select 'package' as kind, id as owner_id, leased_quota as amount from supply_packages where leased_quota <> 0
          union all
          select 'key', id, quota_leased from api_keys where quota_leased <> 0
        )
        select format('%s %s has %s taken ahead, its leases %s', kind, owner_id, coalesce(accounts.amount, 0),
                      coalesce(leases.amount, 0))
          from accounts
          full join leases using (kind, owner_id)
         where coalesce(accounts.amount, 0) <> coalesce(leases.amount, 0)
         order by kind, owner_id
         limit 1
        """;

    // Records that say `available` are the lots' money, the open withdrawals', and what was paid but is not marked yet.
    private const string StrayRecords = """
        with owed as (
          select tenant_id, available + carry as amount from supply_earning_lots
          union all
          select line.tenant_id, case settlement.status when 'completed' then line.unmatched else line.amount end
            from supply_settlement_lines line
            join supply_settlements settlement on settlement.id = line.settlement_id
           where settlement.status <> 'failed'
        ), records as (
          select tenant_id, sum(amount) as amount from supply_earnings where status = 'available' group by tenant_id
        )
        select format('available records of %s are %s, their money is %s',
                      tenant_id, coalesce(records.amount, 0), coalesce(money.amount, 0))
          from (select tenant_id, sum(amount) as amount from owed group by tenant_id) money
          full join records using (tenant_id)
         where coalesce(records.amount, 0) <> coalesce(money.amount, 0)
         order by tenant_id
         limit 1
        """;

    private const string StrayDay = """
        with records as (
          select tenant_id, (earned_at at time zone 'UTC')::date as day, sum(amount) as amount, count(*) as records
            from supply_earnings
           group by 1, 2
        ), days as (
          select tenant_id, day, sum(net_earnings) as amount, sum(records) as records
            from supply_billing_days
           group by 1, 2
        ), minutes as (
          select tenant_id, (minute at time zone 'UTC')::date as day, sum(records) as records
            from supply_earning_minutes
           group by 1, 2
        )
        select format('day %s of %s', day, tenant_id)
          from records
          full join days using (tenant_id, day)
          full join minutes using (tenant_id, day)
         where coalesce(records.amount, 0) <> coalesce(days.amount, 0)
            or coalesce(records.records, 0) <> coalesce(days.records, 0)
            or coalesce(records.records, 0) <> coalesce(minutes.records, 0)
         order by day, tenant_id
         limit 1
        """;

    private static readonly string[] Questions =
    [
        BrokenEntry, UnbalancedTransfer, StrayBalance, MissingAccount, Sum, StrayBook, StrayQuota, StrayRecords,
        StrayDay,
    ];

    internal static async Task<Verdict> FindAsync(NpgsqlDataSource db, CancellationToken ct)
    {
        // One snapshot, so that a service at work does not move money between the questions.
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        foreach (var question in Questions)
        {
            await using var command = connection.Command(question);
            command.CommandTimeout = 0;
            if (await command.ExecuteScalarAsync(ct) is string broken) return new Verdict(broken, 0);
        }

        return new Verdict(null, await connection.Command(CountEntries).ValueAsync<long>(ct));
    }

    /// <param name="Broken">The first row that is not as it should be; null when all is well.</param>
    internal readonly record struct Verdict(string? Broken, long Entries)
    {
        public override string ToString() => Broken is null
            ? $"ledger: sums to zero, {Entries} entries verified"
            : $"ledger: broken at {Broken}";
    }
}

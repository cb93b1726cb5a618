using System.Data;
using System.Text.RegularExpressions;

namespace SupplyApi.Host.Database;

/// <summary>`supply check`: is the schema current, and does the ledger prove itself?</summary>
internal static partial class Check
{
    private const string Sum = "select coalesce(sum(balance), 0) from ledger_accounts";
    private const string Entries = "select count(*) from ledger_entries";

    private const string FirstUnbalancedTransfer = """
        select format('transfer %s sums to %s', transfer_id, sum(amount))
          from ledger_entries
         group by transfer_id
        having sum(amount) <> 0
         limit 1
        """;

    // Every entry is recomputed from its predecessor: a changed, removed or inserted row breaks its chain.
    private const string FirstBrokenEntry = """
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

    private const string FirstStrayBalance = """
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
         limit 1
        """;

    internal static async Task<bool> RunAsync(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var pending = await Migrator.PendingAsync(connection, ct);
        if (pending.Count > 0)
            return Say(false, $"database: {pending.Count} migrations are missing; run `supply migrate`");

        // One snapshot, so that a service at work does not move money between the questions.
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        Say(true, "database: schema up to date");
        var sum = await connection.Command(Sum).ValueAsync<decimal>(ct);
        var broken = await connection.Command(FirstUnbalancedTransfer).ValueAsync<string>(ct)
            ?? await connection.Command(FirstBrokenEntry).ValueAsync<string>(ct)
            ?? await connection.Command(FirstStrayBalance).ValueAsync<string>(ct);
        if (broken is not null) return Say(false, $"ledger: broken at {broken}");
        if (sum != 0) return Say(false, $"ledger: sums to {Money.ToText(sum)}");

        var entries = await connection.Command(Entries).ValueAsync<long>(ct);
        return Say(true, $"ledger: sums to zero, {entries} entries verified");
    }

    internal static IEnumerable<string> Operations(IEndpointRouteBuilder routes) =>
        from endpoint in routes.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
        let name = endpoint.Metadata.GetMetadata<EndpointNameMetadata>()?.EndpointName
        let method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]
        let path = Constraint().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "}")
        orderby path, method
        select $"{method} {path} {name}";

    private static bool Say(bool good, string line)
    {
        Console.Out.WriteLine(line);
        return good;
    }

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();
}

using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Host.Workers;

/// <summary>
/// Makes earnings available once their hold is over, in the platform's own name. Every node does; a record that another
/// has in hand is left to the next round.
/// </summary>
internal sealed partial class EarningsMaturing(
    NpgsqlDataSource db, EarningTerms terms, TimeProvider clock, ILogger<EarningsMaturing> logger) : BackgroundService
{
    private const int RecordsAtOnce = 20_000;
    private const long Platform = 0;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // The oldest of all tenants. What a tenant has among them lies between its first and its last, so that range of
    // its records is all there is to read.
    private const string FindDue = """
        select tenant_id, min(earned_at), max(earned_at)
          from (select tenant_id, earned_at
                  from supply_earnings
                 where status = 'pending' and earned_at <= $1
                 order by earned_at
                 limit $2) due
         group by tenant_id
         order by tenant_id
        """;

    // Records first, then their lots; the ledger follows.
    private const string Mature = """
        with due as materialized (
          select earned_at, record_id
            from supply_earnings
           where tenant_id = $1 and earned_at between $2 and $3 and status = 'pending'
           order by earned_at, record_id
           limit $4
             for update skip locked
        ), matured as (
          update supply_earnings earning
             set status = 'available'
            from due
           where earning.tenant_id = $1 and earning.earned_at between $2 and $3
             and earning.earned_at = due.earned_at and earning.record_id = due.record_id
          returning (earning.earned_at at time zone 'UTC')::date as day, earning.platform, earning.amount
        ), sums as materialized (
          select day, platform, sum(amount) as amount, count(*) as records from matured group by day, platform
        ), lotted as (
          insert into supply_earning_lots as lot (tenant_id, day, platform, available)
          select $1, day, platform, amount from sums order by day, platform
              on conflict (tenant_id, day, platform) do update set available = lot.available + excluded.available
        )
        select coalesce(sum(records), 0)::bigint, coalesce(sum(amount), 0) from sums
        """;

    private sealed record Due(long TenantId, DateTimeOffset First, DateTimeOffset Last) : IRow<Due>
    {
        public static Due Read(NpgsqlDataReader row) =>
            new(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2));
    }

    private sealed record Matured(long Records, decimal Amount) : IRow<Matured>
    {
        public static Matured Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetDecimal(1));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, MatureAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> MatureAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        var tenants = await connection.Command(FindDue).With(now - terms.Hold).With(RecordsAtOnce).ListAsync<Due>(ct);
        var records = 0L;
        foreach (var due in tenants) records += await MatureAsync(connection, due, now, ct);
        return records >= RecordsAtOnce;
    }

    private async Task<long> MatureAsync(NpgsqlConnection connection, Due due, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var matured = (await connection.Command(Mature)
            .With(due.TenantId).With(due.First).With(due.Last).With(RecordsAtOnce)
            .OneAsync<Matured>(ct))!;
        if (matured.Records == 0) return 0;

        var batch = Guid.CreateVersion7(now);
        var transfer = new Transfer(batch, "earnings.mature", $"maturing/{batch:n}",
        [
            new Leg(due.TenantId, Ledger.EarningsPending, -matured.Amount),
            new Leg(due.TenantId, Ledger.EarningsAvailable, matured.Amount),
        ]);
        if (!await connection.PostAsync(transfer, now, ct))
        {
            Disagrees(logger, due.TenantId, matured.Amount);
            return 0;
        }

        var caller = new Caller(Platform, due.TenantId, IsAdmin: false, $"maturing_{batch:n}");
        var amount = Money.Trim(matured.Amount);
        await connection.AuditAsync(caller, new AuditEntry("supply.earnings.mature", "supplier", due.TenantId)
        {
            After = new() { ["records"] = matured.Records, ["amount"] = amount },
        }, now, ct);
        await connection.AnnounceAsync(due.TenantId, "supply.earnings.mature.success",
            new() { ["records"] = matured.Records, ["amount"] = amount }, now, ct);
        await transaction.CommitAsync(ct);
        Done(logger, matured.Records, due.TenantId, caller.RequestId);
        return matured.Records;
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Count} earnings of tenant {Tenant} are available now ({RequestId})")]
    private static partial void Done(ILogger logger, long count, long tenant, string requestId);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Earnings of tenant {Tenant} come to {Amount}, but the ledger has less pending; nothing was changed")]
    private static partial void Disagrees(ILogger logger, long tenant, decimal amount);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Earnings could not mature: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

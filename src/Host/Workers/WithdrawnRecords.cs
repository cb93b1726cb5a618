namespace SupplyApi.Host.Workers;

/// <summary>
/// Tells earning records that they were paid. A withdrawal takes amounts out of days, whatever number of records stand
/// behind them; once it is completed the oldest records of those days are marked, as far as the amount reaches.
/// </summary>
internal sealed partial class WithdrawnRecords(NpgsqlDataSource db, ILogger<WithdrawnRecords> logger)
    : BackgroundService
{
    private const int RecordsAtOnce = 20_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Of one lot only the oldest withdrawal: records go to withdrawals in the order of both.
    private const string Next = """
        select line.tenant_id, line.settlement_id, line.day, line.platform, line.unmatched + lot.carry
          from supply_settlement_lines line
          join supply_earning_lots lot using (tenant_id, day, platform)
         where line.unmatched <> 0
           and not exists (select 1
                             from supply_settlement_lines earlier
                            where earlier.tenant_id = line.tenant_id and earlier.day = line.day
                              and earlier.platform = line.platform and earlier.settlement_id < line.settlement_id
                              and earlier.unmatched <> 0)
         order by line.settlement_id
         limit 1
           for update of line skip locked
        """;

    // Refunds are negative, and so is what is to be matched with them.
    private const string Mark = """
        with candidates as (
          select earned_at, record_id, sum(amount) over (order by earned_at, record_id) as upto
            from (select earned_at, record_id, amount
                    from supply_earnings
                   where tenant_id = $1 and earned_at >= $3 and earned_at < $3 + interval '1 day'
                     and platform = $4 and status = 'available'
                   order by earned_at, record_id
                   limit $6
                     for update) available
        ), marked as (
          update supply_earnings record
             set status = 'withdrawn', settlement_id = $2
            from candidates
           where record.tenant_id = $1 and record.earned_at = candidates.earned_at
             and record.record_id = candidates.record_id
             and abs(candidates.upto) <= abs($5)
          returning record.amount
        )
        select coalesce(sum(amount), 0), count(*) from marked
        """;

    private const string KeepOnLine = """
        update supply_settlement_lines
           set unmatched = $5
         where tenant_id = $1 and settlement_id = $2 and day = $3 and platform = $4
        """;

    private const string KeepInLot =
        "update supply_earning_lots set carry = $4 where tenant_id = $1 and day = $2 and platform = $3";

    private sealed record Line(long TenantId, long SettlementId, DateOnly Day, string Platform, decimal Budget)
        : IRow<Line>
    {
        public static Line Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<DateOnly>(2), row.GetString(3), row.GetDecimal(4));
    }

    private sealed record Marked(decimal Amount, long Records) : IRow<Marked>
    {
        public static Marked Read(NpgsqlDataReader row) => new(row.GetDecimal(0), row.GetInt64(1));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, MarkAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> MarkAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var line = await connection.Command(Next).OneAsync<Line>(ct);
        if (line is null) return false;

        var from = line.Day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var marked = await connection.Command(Mark)
            .With(line.TenantId).With(line.SettlementId).With(from).With(line.Platform).With(line.Budget)
            .With(RecordsAtOnce)
            .OneAsync<Marked>(ct);
        var rest = line.Budget - marked!.Amount;
        var isDone = marked.Records < RecordsAtOnce;
        await connection.Command(KeepOnLine)
            .With(line.TenantId).With(line.SettlementId).With(line.Day).With(line.Platform).With(isDone ? 0m : rest)
            .RunAsync(ct);
        await connection.Command(KeepInLot)
            .With(line.TenantId).With(line.Day).With(line.Platform).With(isDone ? rest : 0m)
            .RunAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Paid records could not be marked: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

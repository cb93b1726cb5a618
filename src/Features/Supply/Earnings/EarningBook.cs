using NpgsqlTypes;

namespace SupplyApi.Features.Supply.Earnings;

/// <summary>
/// The one place that adds earnings. A record comes with all that is read in its stead, the sums of its day, the count
/// of its minute and, when it can be withdrawn at once, the lot of its day: they agree at every moment. Locks them in
/// that order, and all of them before the ledger, which is the caller's part.
/// </summary>
internal static class EarningBook
{
    private const string InsertRecord = """
        insert into supply_earnings (tenant_id, user_id, earnings_type, platform, amount, status, description, usage_id,
                                     earned_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        returning record_id
        """;

    private const string AddToDay = """
        insert into supply_billing_days as sums (tenant_id, day, platform, revenue, platform_fee, net_earnings, tokens,
                                                 requests, successes, records)
        values ($1, ($2 at time zone 'UTC')::date, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (tenant_id, day, platform) do update
           set revenue = sums.revenue + excluded.revenue, platform_fee = sums.platform_fee + excluded.platform_fee,
               net_earnings = sums.net_earnings + excluded.net_earnings, tokens = sums.tokens + excluded.tokens,
               requests = sums.requests + excluded.requests, successes = sums.successes + excluded.successes,
               records = sums.records + excluded.records
        """;

    private const string AddToMinute = """
        insert into supply_earning_minutes as counts (tenant_id, minute, records)
        values ($1, date_trunc('minute', $2, 'UTC'), 1)
            on conflict (tenant_id, minute) do update set records = counts.records + 1
        """;

    private const string AddToLot = """
        insert into supply_earning_lots as lot (tenant_id, day, platform, available)
        values ($1, ($2 at time zone 'UTC')::date, $3, $4)
            on conflict (tenant_id, day, platform) do update set available = lot.available + excluded.available
        """;

    private const string TakeFromLot = """
        update supply_earning_lots
           set available = available - $4
         where tenant_id = $1 and day = ($2 at time zone 'UTC')::date and platform = $3 and available >= $4
        """;

    /// <summary>Adds a record; answers with its id.</summary>
    internal static async Task<long> EnterAsync(
        NpgsqlConnection connection, Earning earning, Turnover turnover, DateTimeOffset now, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertRecord)
            .With(earning.TenantId).With(earning.UserId).With(earning.Type).With(earning.Platform)
            .With(turnover.Net).With(earning.Status).With(earning.Description)
            .WithNullable(earning.UsageId, NpgsqlDbType.Uuid).With(now));
        batch.BatchCommands.Add(DayOf(earning.TenantId, earning.Platform, turnover, records: 1, now));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AddToMinute).With(earning.TenantId).With(now));
        if (earning.Status == "available")
            batch.BatchCommands.Add(new NpgsqlBatchCommand(AddToLot)
                .With(earning.TenantId).With(now).With(earning.Platform).With(turnover.Net));
        return (long)(await batch.ExecuteScalarAsync(ct))!;
    }

    /// <summary>A call that earned nothing still counts on its day.</summary>
    internal static async Task CountAsync(
        NpgsqlConnection connection, long tenantId, string platform, Turnover turnover, DateTimeOffset now,
        CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(DayOf(tenantId, platform, turnover, records: 0, now));
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A record that is already there can be withdrawn from now on.</summary>
    internal static Task AddToLotAsync(
        NpgsqlConnection connection, long tenantId, DateTimeOffset earnedAt, string platform, decimal amount,
        CancellationToken ct) =>
        connection.Command(AddToLot).With(tenantId).With(earnedAt).With(platform).With(amount).RunAsync(ct);

    /// <returns>False: the lot holds less, so the money was withdrawn already.</returns>
    internal static async Task<bool> TakeFromLotAsync(
        NpgsqlConnection connection, long tenantId, DateTimeOffset earnedAt, string platform, decimal amount,
        CancellationToken ct) =>
        await connection.Command(TakeFromLot)
            .With(tenantId).With(earnedAt).With(platform).With(amount)
            .RunAsync(ct) == 1;

    private static NpgsqlBatchCommand DayOf(
        long tenantId, string platform, Turnover turnover, long records, DateTimeOffset now) =>
        new NpgsqlBatchCommand(AddToDay)
            .With(tenantId).With(now).With(platform).With(turnover.Revenue).With(turnover.Fee).With(turnover.Net)
            .With(turnover.Tokens).With(turnover.Requests).With(turnover.Successes).With(records);
}

/// <param name="Type">usage, bonus or refund.</param>
/// <param name="Platform">The provider of a call; else the type once more.</param>
internal sealed record Earning(
    long TenantId, long UserId, string Type, string Platform, string Status, string Description, Guid? UsageId = null);

/// <summary>What a call, a bonus or a refund adds to the bill of its day. The record's amount is the net.</summary>
internal readonly record struct Turnover(
    decimal Revenue, decimal Fee, decimal Net, long Tokens = 0, long Requests = 0, long Successes = 0);

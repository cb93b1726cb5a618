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
        insert into supply_earnings (tenant_id, user_id, earnings_type, platform, amount, status, description,
                                     earned_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        returning record_id
        """;

    private const string CopyRecords = """
        copy supply_earnings (tenant_id, user_id, earnings_type, platform, amount, status, description, usage_id,
                              earned_at)
        from stdin (format binary)
        """;

    private const string AddToDays = """
        insert into supply_billing_days as sums (tenant_id, day, platform, revenue, platform_fee, net_earnings, tokens,
                                                 requests, successes, records)
        select *
          from unnest($1::bigint[], $2::date[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::bigint[],
                      $8::bigint[], $9::bigint[], $10::bigint[]) as one (tenant_id, day, platform)
         order by tenant_id, day, platform
            on conflict (tenant_id, day, platform) do update
           set revenue = sums.revenue + excluded.revenue, platform_fee = sums.platform_fee + excluded.platform_fee,
               net_earnings = sums.net_earnings + excluded.net_earnings, tokens = sums.tokens + excluded.tokens,
               requests = sums.requests + excluded.requests, successes = sums.successes + excluded.successes,
               records = sums.records + excluded.records
        """;

    private const string AddToMinutes = """
        insert into supply_earning_minutes as counts (tenant_id, minute, records)
        select * from unnest($1::bigint[], $2::timestamptz[], $3::bigint[]) as one (tenant_id, minute)
         order by tenant_id, minute
            on conflict (tenant_id, minute) do update set records = counts.records + excluded.records
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
            .With(turnover.Net).With(earning.Status).With(earning.Description).With(now));
        batch.BatchCommands.Add(ToDays(
            [new Day(earning.TenantId, DayOf(now), earning.Platform, turnover, Records: 1)]));
        batch.BatchCommands.Add(ToMinutes([new Minute(earning.TenantId, MinuteOf(now), Records: 1)]));
        if (earning.Status == "available")
            batch.BatchCommands.Add(new NpgsqlBatchCommand(AddToLot)
                .With(earning.TenantId).With(now).With(earning.Platform).With(turnover.Net));
        return (long)(await batch.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Many calls at once; one that earned nothing still counts on its day.</summary>
    internal static async Task EnterAsync(
        NpgsqlConnection connection, IReadOnlyList<CallEarning> calls, CancellationToken ct)
    {
        if (calls.Count == 0) return;
        await CopyAsync(connection, calls, ct);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(ToDays(calls
            .GroupBy(static one => (one.TenantId, Day: DayOf(one.At), one.Platform))
            .Select(static one => new Day(
                one.Key.TenantId, one.Key.Day, one.Key.Platform,
                one.Aggregate(default(Turnover), static (sum, call) => sum + call.Turnover),
                one.LongCount(static call => call.IsRecord)))
            .ToList()));
        batch.BatchCommands.Add(ToMinutes(calls
            .Where(static one => one.IsRecord)
            .GroupBy(static one => (one.TenantId, Minute: MinuteOf(one.At)))
            .Select(static one => new Minute(one.Key.TenantId, one.Key.Minute, one.LongCount()))
            .ToList()));
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

    private static async Task CopyAsync(
        NpgsqlConnection connection, IReadOnlyList<CallEarning> calls, CancellationToken ct)
    {
        await using var rows = await connection.BeginBinaryImportAsync(CopyRecords, ct);
        foreach (var call in calls)
        {
            if (!call.IsRecord) continue;
            await rows.StartRowAsync(ct);
            await rows.WriteAsync(call.TenantId, ct);
            await rows.WriteAsync(call.UserId, ct);
            await rows.WriteAsync("usage", ct);
            await rows.WriteAsync(call.Platform, ct);
            await rows.WriteAsync(call.Turnover.Net, ct);
            await rows.WriteAsync("pending", ct);
            await rows.WriteAsync(call.Model, ct);
            await rows.WriteAsync(call.UsageId, ct);
            await rows.WriteAsync(call.At, NpgsqlDbType.TimestampTz, ct);
        }

        await rows.CompleteAsync(ct);
    }

    private static NpgsqlBatchCommand ToDays(List<Day> days) => new NpgsqlBatchCommand(AddToDays)
        .With(days.ConvertAll(static one => one.TenantId).ToArray())
        .With(days.ConvertAll(static one => one.Date).ToArray())
        .With(days.ConvertAll(static one => one.Platform).ToArray())
        .With(days.ConvertAll(static one => one.Sum.Revenue).ToArray())
        .With(days.ConvertAll(static one => one.Sum.Fee).ToArray())
        .With(days.ConvertAll(static one => one.Sum.Net).ToArray())
        .With(days.ConvertAll(static one => one.Sum.Tokens).ToArray())
        .With(days.ConvertAll(static one => one.Sum.Requests).ToArray())
        .With(days.ConvertAll(static one => one.Sum.Successes).ToArray())
        .With(days.ConvertAll(static one => one.Records).ToArray());

    private static NpgsqlBatchCommand ToMinutes(List<Minute> minutes) => new NpgsqlBatchCommand(AddToMinutes)
        .With(minutes.ConvertAll(static one => one.TenantId).ToArray())
        .With(minutes.ConvertAll(static one => one.At).ToArray())
        .With(minutes.ConvertAll(static one => one.Records).ToArray());

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    private static DateTimeOffset MinuteOf(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMinute));

    private readonly record struct Day(long TenantId, DateOnly Date, string Platform, Turnover Sum, long Records);

    private readonly record struct Minute(long TenantId, DateTimeOffset At, long Records);
}

/// <param name="Type">usage, bonus or refund.</param>
/// <param name="Platform">The provider of a call; else the type once more.</param>
internal sealed record Earning(
    long TenantId, long UserId, string Type, string Platform, string Status, string Description);

/// <summary>What a call, a bonus or a refund adds to the bill of its day. The record's amount is the net.</summary>
internal readonly record struct Turnover(
    decimal Revenue, decimal Fee, decimal Net, long Tokens = 0, long Requests = 0, long Successes = 0)
{
    public static Turnover operator +(Turnover one, Turnover other) => new(
        one.Revenue + other.Revenue, one.Fee + other.Fee, one.Net + other.Net, one.Tokens + other.Tokens,
        one.Requests + other.Requests, one.Successes + other.Successes);
}

/// <summary>A call that a supplier served; it makes a record when it earned something.</summary>
internal readonly record struct CallEarning(
    Guid UsageId, long TenantId, long UserId, string Platform, string Model, DateTimeOffset At, Turnover Turnover)
{
    internal bool IsRecord => Turnover.Revenue > 0;
}

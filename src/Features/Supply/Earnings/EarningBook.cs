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
        var days = new Dictionary<(long, DateOnly, string), Day>();
        var minutes = new Dictionary<(long, DateTimeOffset), Minute>();
        foreach (var call in calls)
        {
            var (date, at, records) = (DayOf(call.At), MinuteOf(call.At), call.IsRecord ? 1 : 0);
            var day = days.GetValueOrDefault((call.TenantId, date, call.Platform));
            days[(call.TenantId, date, call.Platform)] =
                new Day(call.TenantId, date, call.Platform, day.Sum + call.Turnover, day.Records + records);
            if (records == 0) continue;
            var minute = minutes.GetValueOrDefault((call.TenantId, at));
            minutes[(call.TenantId, at)] = new Minute(call.TenantId, at, minute.Records + records);
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(ToDays(days.Values));
        batch.BatchCommands.Add(ToMinutes(minutes.Values));
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
        using var rows = new CopiedRows();
        foreach (var call in calls)
        {
            if (!call.IsRecord) continue;
            rows.Begin(columns: 9);
            rows.Value(call.TenantId);
            rows.Value(call.UserId);
            rows.Value("usage");
            rows.Value(call.Platform);
            rows.Value(call.Turnover.Net);
            rows.Value("pending");
            rows.Value(call.Model);
            rows.Value(call.UsageId);
            rows.Value(call.At);
        }

        await rows.SendAsync(connection, CopyRecords, ct);
    }

    private static NpgsqlBatchCommand ToDays(IReadOnlyCollection<Day> days) => new NpgsqlBatchCommand(AddToDays)
        .With(days.Column(static one => one.TenantId))
        .With(days.Column(static one => one.Date))
        .With(days.Column(static one => one.Platform))
        .With(days.Column(static one => one.Sum.Revenue))
        .With(days.Column(static one => one.Sum.Fee))
        .With(days.Column(static one => one.Sum.Net))
        .With(days.Column(static one => one.Sum.Tokens))
        .With(days.Column(static one => one.Sum.Requests))
        .With(days.Column(static one => one.Sum.Successes))
        .With(days.Column(static one => one.Records));

    private static NpgsqlBatchCommand ToMinutes(IReadOnlyCollection<Minute> minutes) =>
        new NpgsqlBatchCommand(AddToMinutes)
        .With(minutes.Column(static one => one.TenantId))
        .With(minutes.Column(static one => one.At))
        .With(minutes.Column(static one => one.Records));

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

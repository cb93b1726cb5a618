namespace SupplyApi.Features.Supply.Billing;

/// <summary>A supplier's bill over UTC days, read from daily sums: ten million records cost no more than ten.</summary>
internal sealed record Bill(Bill.Range Period, Bill.Total Summary, IReadOnlyList<Bill.Platform> ByPlatform)
{
    private const string Sums = """
        select platform, sum(revenue), sum(platform_fee), sum(net_earnings), sum(orders)::bigint, sum(tokens)::bigint,
               sum(requests)::bigint, sum(successes)::bigint
          from supply_billing_days
         where tenant_id = $1 and day between $2 and $3
         group by platform
         order by sum(revenue) desc, platform
        """;

    internal sealed record Range(DateOnly Start, DateOnly End);

    /// <param name="TotalUsage">Tokens.</param>
    /// <param name="AvgSuccessRate">0 to 1, four places; 1 when there was no request.</param>
    internal sealed record Total(
        decimal TotalRevenue, long TotalOrders, long TotalUsage, long TotalRequests, decimal AvgSuccessRate,
        decimal PlatformFee, decimal NetEarnings);

    internal sealed record Platform(
        [property: JsonPropertyName("platform")] string Name, decimal Revenue, long Orders, long Tokens,
        decimal SuccessRate);

    /// <summary>The same answer under both of its paths.</summary>
    internal static async Task<IResult> AnswerAsync(
        (string? Start, string? End) range, (string? Number, string? Size) page,
        Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (Days.Read(range.Start, range.End, clock.GetUtcNow(), out var days) is { } badDays) return badDays;
        if (Page.Read(page.Number, page.Size, out var wanted) is { } badPage) return badPage;

        await using var connection = await db.OpenConnectionAsync(ct);
        var bill = await DrawAsync(connection, caller.TenantId, days, wanted, ct);
        return TypedResults.Ok(new Envelope<Bill>(caller.RequestId, bill));
    }

    private static async Task<Bill> DrawAsync(
        NpgsqlConnection connection, long tenantId, Days days, Page page, CancellationToken ct)
    {
        var sums = await connection.Command(Sums)
            .With(tenantId).With(days.First).With(days.Last)
            .ListAsync<Row>(ct);
        var total = new Total(
            sums.Sum(static row => row.Revenue), sums.Sum(static row => row.Orders), sums.Sum(static row => row.Tokens),
            sums.Sum(static row => row.Requests),
            Rate(sums.Sum(static row => row.Successes), sums.Sum(static row => row.Requests)),
            sums.Sum(static row => row.Fee), sums.Sum(static row => row.Net));
        var platforms = sums
            .Skip((int)Math.Min(page.Offset, int.MaxValue)).Take(page.Size)
            .Select(static row => new Platform(
                row.Name, row.Revenue, row.Orders, row.Tokens, Rate(row.Successes, row.Requests)));
        return new Bill(new Range(days.First, days.Last), total, [.. platforms]);
    }

    private static decimal Rate(long successes, long requests) =>
        requests == 0 ? 1 : decimal.Round((decimal)successes / requests, 4, MidpointRounding.ToEven);

    private sealed record Row(
        string Name, decimal Revenue, decimal Fee, decimal Net, long Orders, long Tokens, long Requests, long Successes)
        : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(
            row.GetString(0), row.GetDecimal(1), row.GetDecimal(2), row.GetDecimal(3), row.GetInt64(4), row.GetInt64(5),
            row.GetInt64(6), row.GetInt64(7));
    }
}

namespace SupplyApi.Features.Supply.Earnings;

/// <summary>
/// Where a page of earning records begins, found by adding up counts: of days, then of the minutes of one day. What is
/// left to walk over lies within one minute, however deep the page is.
/// </summary>
/// <param name="Total">The records of all the days.</param>
/// <param name="Until">The page has only records from before this instant.</param>
/// <param name="Skip">How many of these, the newest, belong to earlier pages.</param>
internal sealed record EarningPage(long Total, DateTimeOffset Until, long Skip) : IRow<EarningPage>
{
    // The range has whole days, so their counts are also the total. Where the minutes do not add up to their day, an
    // older version at work beside this one has added records, and the day is walked over instead.
    private const string Find = """
        with days as (
          select day, sum(records) as records, sum(sum(records)) over (order by day desc) as so_far
            from supply_billing_days
           where tenant_id = $1 and day between $2 and $3
           group by day
        ), first_day as (
          select day::timestamp at time zone 'UTC' as starts_at, records, $4 - (so_far - records) as skip
            from days
           where so_far > $4
           order by day desc
           limit 1
        ), minutes as (
          select minute.minute, minute.records, first_day.skip, first_day.records as wanted,
                 sum(minute.records) over () as counted,
                 sum(minute.records) over (order by minute.minute desc) as so_far
            from first_day
            join supply_earning_minutes minute
              on minute.tenant_id = $1 and minute.minute >= first_day.starts_at
                 and minute.minute < first_day.starts_at + interval '1 day'
        ), first_minute as (
          select minute, skip - (so_far - records) as skip
            from minutes
           where so_far > skip and counted = wanted
           order by minute desc
           limit 1
        )
        select (select coalesce(sum(records), 0) from days)::bigint,
               coalesce((select minute + interval '1 minute' from first_minute),
                        (select starts_at + interval '1 day' from first_day), 'epoch'),
               coalesce((select skip from first_minute), (select skip from first_day), 0)::bigint
        """;

    public static EarningPage Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetInt64(2));

    internal static async Task<EarningPage> FindAsync(
        NpgsqlConnection connection, long tenantId, Days days, Page page, CancellationToken ct) =>
        (await connection.Command(Find)
            .With(tenantId).With(days.First).With(days.Last).With(page.Offset)
            .OneAsync<EarningPage>(ct))!;
}

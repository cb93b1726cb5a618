namespace SupplyApi.Features.Intents;

/// <summary>
/// A page of an app's intents and how many there are. Mostly both come from counts that the database keeps. A user's
/// intents are few, and all gone through. Titles repeat: how many intents have each is kept, too.
/// The SQL is joined from constants alone, and each has its parameters by number.
/// </summary>
internal sealed class IntentList(NpgsqlConnection connection, long consumerId, IntentFilter filter, ListQuery query)
{
    // What many have is soon found by going through all in order. So many are gone through, and no more than a quarter
    // of those that have it: else it is less work to sort these.
    private const int WalkedMost = 4000;
    private const int WalkedPart = 4;

    private const string Count = $"select count(*){IntentRows.OfConsumer}";
    private const string CountOfTitles =
        "select coalesce(sum(intent_sum(counts, $13)), 0)::bigint from intent_titles where consumer_id = $1";

    private const string Begin = $"""
        select {Intent.Columns}, page.found
          from intents
          join (
        """;
    private const string Walk = $"{Begin} select id, 0::bigint as found{IntentRows.OfConsumer}";
    private const string CountedWalk = $"{Begin} select id, count(*) over () as found{IntentRows.OfConsumer}";
    private const string OfHits = $"""
        {Begin} select id, 0::bigint as found
          from (select id, title, created_at, updated_at, price{IntentRows.OfConsumer}
        """;
    private const string FirstHits = " limit $16) as hits where true";
    // offset 0 keeps the two apart: first all of them are found, then sorted.
    private const string AllHits = " offset 0) as hits";
    private const string Page = " offset $14 limit $15) page using (id)";

    private const string Newest = " order by created_at desc, id desc";
    private const string Oldest = " order by created_at, id";
    private const string LastChanged = " order by updated_at desc, id desc";
    private const string FirstChanged = " order by updated_at, id";
    private const string Dearest = " order by price desc, id desc";
    private const string Cheapest = " order by price, id";

    private readonly IntentRows rows = new(connection, consumerId, filter);

    private string Order => (query.SortBy, query.IsAscending) switch
    {
        ("createdAt", false) => Newest,
        ("createdAt", true) => Oldest,
        ("price", false) => Dearest,
        ("price", true) => Cheapest,
        (_, false) => LastChanged,
        (_, true) => FirstChanged,
    };

    internal Task<(IReadOnlyList<Intent> Intents, long Total)> ReadAsync(CancellationToken ct) =>
        filter.Users is not null ? ReadFewAsync(ct) : filter.HasTitle ? ReadTitledAsync(ct) : ReadManyAsync(ct);

    // All of them are gone through once, for the page and their number.
    private async Task<(IReadOnlyList<Intent> Intents, long Total)> ReadFewAsync(CancellationToken ct)
    {
        var where = string.Concat(rows.In(rows.Whole), rows.Titled);
        var page = await ReadAsync(string.Concat(CountedWalk, where, Order), rows.Whole, query.Offset, ct);
        if (page.Count > 0 || query.Offset == 0) return (Intents(page), page.Count == 0 ? 0 : page[0].Total);
        return ([], await rows.Command(string.Concat(Count, where), rows.Whole).ValueAsync<long>(ct));
    }

    private async Task<(IReadOnlyList<Intent> Intents, long Total)> ReadManyAsync(CancellationToken ct)
    {
        var counts = new IntentCounts(rows, filter, query);
        var total = await counts.CountAsync(ct);
        if (query.Offset >= total) return ([], total);

        var (start, skip) = counts.CanSeek ? await counts.SeekAsync(ct) : (rows.Whole, query.Offset);
        var page = await ReadAsync(string.Concat(Walk, rows.In(start), Order), start, skip, ct);
        return (Intents(page), total);
    }

    private async Task<(IReadOnlyList<Intent> Intents, long Total)> ReadTitledAsync(CancellationToken ct)
    {
        var isOfAll = filter.Time == TimeRange.All && !filter.HasPrice;
        var where = string.Concat(rows.In(rows.Whole), rows.KnownByTitle);
        var total = isOfAll
            ? await rows.Command(string.Concat(CountOfTitles, rows.OfTitles), rows.Whole).ValueAsync<long>(ct)
            : await rows.Command(string.Concat(Count, where), rows.Whole).ValueAsync<long>(ct);
        if (query.Offset >= total) return ([], total);

        var walked = Math.Min(total / WalkedPart, WalkedMost);
        if (query.Offset + query.PageSize <= walked)
        {
            var first = string.Concat(string.Concat(OfHits, rows.In(rows.Whole), Order, FirstHits), rows.Titled, Order);
            var page = await ReadAsync(first, rows.Whole, query.Offset, ct, walked);
            if (page.Count == query.PageSize) return (Intents(page), total);
        }

        var all = string.Concat(OfHits, where, AllHits, Order);
        return (Intents(await ReadAsync(all, rows.Whole, query.Offset, ct)), total);
    }

    private Task<List<Found>> ReadAsync(
        string text, Stretch part, long skip, CancellationToken ct, long walked = 0) =>
        rows.Command(string.Concat(text, Page, Order), part)
            .With(skip).With(query.PageSize).With(walked)
            .ListAsync<Found>(ct);

    private static IReadOnlyList<Intent> Intents(List<Found> page) => [.. page.Select(static one => one.Intent)];

    /// <param name="Total">Of all pages, where they were counted on the way.</param>
    private sealed record Found(Intent Intent, long Total) : IRow<Found>
    {
        public static Found Read(NpgsqlDataReader row) => new(Intent.Read(row), row.GetInt64(Intent.ColumnsLength));
    }
}

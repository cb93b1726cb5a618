using NpgsqlTypes;

namespace SupplyApi.Features.Intents;

/// <summary>
/// A page of an app's intents and how many there are. Both come from counts of days and of price bands that the
/// database keeps; only what of a range is no whole day or band is counted itself, and only within one of them is
/// walked to where the page begins. For a user's intents and for titles there are no counts: these are few.
/// The SQL is joined from the constants of this file alone, and each has its parameters by number.
/// </summary>
internal sealed class IntentList(NpgsqlConnection connection, long consumerId, IntentFilter filter, ListQuery query)
{
    private const string OfStatuses = " and status = any($2)";
    private const string OfStatus = " and status = ($2::text[])[1]";
    private const string OfPlatforms = " and platform = any($3)";
    private const string InTime = " and created_at between $4 and $5";
    private const string AtPrice = " and price between $6 and $7";
    private const string OfUsers = " and user_id = any($8)";
    private const string OfUser = " and user_id = ($8::text[])[1]";
    private const string WithTitle =
        " and intent_grams(consumer_id, title) @> intent_needles($1, $9) and title = $9";
    private const string WithTitlePart =
        " and intent_grams(consumer_id, title) @> intent_needles($1, $10) and position(lower($10) in lower(title)) > 0";

    // Counts by place: days since 1970, or price bands.
    private const string Days = """
        select day - date '1970-01-01', sum(intents)::bigint
          from intent_days
         where consumer_id = $1 and day between $11 and $12
        """;
    private const string DaysAtPrices = """
        select day - date '1970-01-01', sum(intents)::bigint
          from intent_prices
         where consumer_id = $1 and day between $11 and $12 and band between $13 and $14
        """;
    private const string DaysAtFinePrices = """
        select day - date '1970-01-01', sum(intents)::bigint
          from intent_fine_prices
         where consumer_id = $1 and day between $11 and $12 and band between $13 and $14
        """;
    private const string Bands = """
        select band::integer, sum(intents)::bigint
          from intent_prices
         where consumer_id = $1 and day between $11 and $12 and band between $13 and $14
        """;
    private const string BandOfFinePrices = """
        select $15, sum(intents)::bigint
          from intent_fine_prices
         where consumer_id = $1 and day between $11 and $12 and band between $13 and $14
        """;
    private const string DaysOfRows = """
        select (created_at at time zone 'UTC')::date - date '1970-01-01', count(*) from intents where consumer_id = $1
        """;
    private const string BandsOfRows =
        "select intent_band(price)::integer, count(*) from intents where consumer_id = $1";
    private const string ByPlace = " group by 1";

    private const string Count = "select count(*) from intents where consumer_id = $1";

    private const string Page = $"""
        select {Intent.Columns}, page.found
          from intents
          join (select id, 0::bigint as found from intents where consumer_id = $1
        """;
    private const string CountedPage = $"""
        select {Intent.Columns}, page.found
          from intents
          join (select id, count(*) over () as found from intents where consumer_id = $1
        """;
    private const string OfPage = " offset $11 limit $12) page using (id)";
    private const string Newest = " order by created_at desc, id desc";
    private const string Oldest = " order by created_at, id";
    private const string LastChanged = " order by updated_at desc, id desc";
    private const string FirstChanged = " order by updated_at, id";
    private const string Dearest = " order by price desc, id desc";
    private const string Cheapest = " order by price, id";

    private const string ByCreation = "createdAt";
    private const string ByPrice = "price";

    private bool IsByPrice => query.SortBy == ByPrice;

    private string Order => (query.SortBy, query.IsAscending) switch
    {
        (ByCreation, false) => Newest,
        (ByCreation, true) => Oldest,
        (ByPrice, false) => Dearest,
        (ByPrice, true) => Cheapest,
        (_, false) => LastChanged,
        (_, true) => FirstChanged,
    };

    // A single value stands in an index before the order: its rows need no sorting.
    private string Kinds => string.Concat(
        filter.Statuses is null ? "" : filter.Statuses.Length == 1 ? OfStatus : OfStatuses,
        filter.Platforms is null ? "" : OfPlatforms,
        filter.Users is null ? "" : filter.Users.Length == 1 ? OfUser : OfUsers);

    internal Task<(IReadOnlyList<Intent> Intents, long Total)> ReadAsync(CancellationToken ct) =>
        filter.IsByPerson ? ReadFewAsync(ct) : ReadManyAsync(ct);

    // All of them are gone through once, for the page and their number.
    private async Task<(IReadOnlyList<Intent> Intents, long Total)> ReadFewAsync(CancellationToken ct)
    {
        var page = await PageAsync(CountedPage, filter.Time, filter.Price, query.Offset, ct);
        if (page.Count > 0 || query.Offset == 0) return ([.. page.Select(static one => one.Intent)], TotalOf(page));

        var count = Command(string.Concat(Count, Where(filter.Time, filter.Price)), filter.Time, filter.Price);
        return ([], await count.ValueAsync<long>(ct));

        static long TotalOf(List<Found> page) => page.Count == 0 ? 0 : page[0].Total;
    }

    private async Task<(IReadOnlyList<Intent> Intents, long Total)> ReadManyAsync(CancellationToken ct)
    {
        var places = await CountByPlaceAsync(ct);
        var total = places.Sum(static one => one.Intents);
        if (query.Offset >= total) return ([], total);

        var (time, price, skip) = (filter.Time, filter.Price, query.Offset);
        if (query.SortBy is ByCreation or ByPrice) (time, price, skip) = Seek(places);
        var page = await PageAsync(Page, time, price, skip, ct);
        return ([.. page.Select(static one => one.Intent)], total);
    }

    private Task<List<Found>> PageAsync(
        string beginning, TimeRange time, PriceRange price, long skip, CancellationToken ct) =>
        Command(string.Concat(string.Concat(beginning, Where(time, price)), Order, OfPage, Order), time, price)
            .With(skip).With(query.PageSize)
            .ListAsync<Found>(ct);

    // What the page begins in: a day or a band. What lies before that is not walked over.
    private (TimeRange Time, PriceRange Price, long Skip) Seek(List<Place> places)
    {
        var skip = query.Offset;
        var sums = places.GroupBy(static one => one.Number)
            .Select(static one => new Place(one.Key, one.Sum(static part => part.Intents)));
        var inOrder = query.IsAscending
            ? sums.OrderBy(static one => one.Number)
            : sums.OrderByDescending(static one => one.Number);
        var start = inOrder.First(one =>
        {
            if (skip < one.Intents) return true;
            skip -= one.Intents;
            return false;
        });

        if (IsByPrice)
            return (filter.Time, query.IsAscending
                ? filter.Price.Above(PriceBands.Coarse.First(start.Number))
                : filter.Price.Below(PriceBands.Coarse.Last(start.Number)), skip);
        var day = DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(start.Number);
        return (query.IsAscending
            ? filter.Time.After(TimeRange.StartOf(day))
            : filter.Time.Before(TimeRange.EndOf(day)), filter.Price, skip);
    }

    private async Task<List<Place>> CountByPlaceAsync(CancellationToken ct)
    {
        // What of the time is no whole day is counted itself, at all prices.
        var (firstDay, lastDay, before, after) = filter.Time.Split();
        var places = new List<Place>();
        await AddRowsAsync(before, filter.Price);
        await AddRowsAsync(after, filter.Price);
        if (firstDay > lastDay) return places;

        // Of the whole days, what of the prices is no whole band is counted by fine bands, and the rest of it itself.
        var days = new TimeRange(TimeRange.StartOf(firstDay), TimeRange.EndOf(lastDay));
        var (first, last, below, above) = filter.Price.Split(PriceBands.Coarse);
        await AddAsync(IsByPrice ? Bands : filter.HasPrice ? DaysAtPrices : Days, first, last, band: 0);
        foreach (var side in (PriceRange[])[below, above])
        {
            if (side.IsEmpty) continue;
            var (firstFine, lastFine, lower, upper) = side.Split(PriceBands.Fine);
            var fine = IsByPrice ? BandOfFinePrices : DaysAtFinePrices;
            await AddAsync(fine, firstFine, lastFine, PriceBands.Coarse.Of(side.Min));
            await AddRowsAsync(days, lower);
            await AddRowsAsync(days, upper);
        }

        return places;

        async Task AddAsync(string counts, int from, int until, int band)
        {
            if (from > until) return;
            places.AddRange(await Command(string.Concat(counts, Kinds, ByPlace), filter.Time, filter.Price)
                .With(firstDay).With(lastDay).With(from).With(until).With(band)
                .ListAsync<Place>(ct));
        }

        async Task AddRowsAsync(TimeRange time, PriceRange price)
        {
            if (time.IsEmpty || price.IsEmpty) return;
            var rows = string.Concat(IsByPrice ? BandsOfRows : DaysOfRows, Where(time, price), ByPlace);
            places.AddRange(await Command(rows, time, price).ListAsync<Place>(ct));
        }
    }

    private string Where(TimeRange time, PriceRange price) => string.Concat(
        string.Concat(Kinds, time == TimeRange.All ? "" : InTime, price == PriceRange.All ? "" : AtPrice),
        filter.Title is null ? "" : WithTitle,
        filter.TitlePart is null ? "" : WithTitlePart);

    private NpgsqlCommand Command(string text, TimeRange time, PriceRange price) => connection.Command(text)
        .With(consumerId)
        .WithNullable(filter.Statuses, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .WithNullable(filter.Platforms, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(time.From).With(time.Until).With(price.Least).With(price.Most)
        .WithNullable(filter.Users, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .WithNullable(filter.Title, NpgsqlDbType.Text)
        .WithNullable(filter.TitlePart, NpgsqlDbType.Text);

    /// <param name="Total">Of all pages, where they were counted on the way.</param>
    private sealed record Found(Intent Intent, long Total) : IRow<Found>
    {
        public static Found Read(NpgsqlDataReader row) => new(Intent.Read(row), row.GetInt64(Intent.ColumnsLength));
    }

    private sealed record Place(int Number, long Intents) : IRow<Place>
    {
        public static Place Read(NpgsqlDataReader row) => new(row.GetInt32(0), row.GetInt64(1));
    }
}

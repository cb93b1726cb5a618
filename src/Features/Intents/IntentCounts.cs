namespace SupplyApi.Features.Intents;

/// <summary>
/// How many intents a filter means, and where a page of them begins. The database keeps counts of months and days, at
/// all prices, in bands of prices and in fine ones, and counts of the days of the last change: the filter is laid out
/// with as few of these as can be, and only what is left of it at its edges is counted itself. A page is found by the
/// month it begins in and then by the day, by the band and then by the fine one; in there it is walked to.
/// </summary>
internal sealed class IntentCounts(IntentRows rows, IntentFilter filter, ListQuery query)
{
    // What counts of one row hold together: a part of the time, and a part of the prices.
    private const string Month = "month";
    private const string Day = "day";
    private const string Change = "change";
    private const string ChangeByDay = "change/day";
    private const string AllPrices = "";
    private const string Band = "/band";
    private const string FineBand = "/fine";

    // The numbers of places are days since 1970, or bands.
    private const string OfCounts = """
          from unnest($14::text[], $15::integer[], $16::integer[], $17::date[], $18::date[])
               as part (grain, first_place, last_place, first_day, last_day)
          join intent_counts counted
            on counted.consumer_id = $1 and counted.grain = part.grain
           and counted.place between part.first_place and part.last_place
           and counted.day between part.first_day and part.last_day
         group by 1, 2
        """;
    private const string CountsByDay = $"""
        select part.grain, counted.day - date '1970-01-01', sum(intent_sum(counted.counts, $13)) {OfCounts}
        """;
    private const string CountsByPlace = $"""
        select part.grain, counted.place, sum(intent_sum(counted.counts, $13)) {OfCounts}
        """;
    private const string RowsByDay = $"""
        select 'day', (created_at at time zone 'UTC')::date - date '1970-01-01', count(*){IntentRows.OfConsumer}
        """;
    private const string RowsOfDay = $"""
        select 'day', ($4 at time zone 'UTC')::date - date '1970-01-01', count(*){IntentRows.OfConsumer}
        """;
    private const string RowsByBand = $"""
        select 'day/fine', intent_fine_band(price)::integer, count(*){IntentRows.OfConsumer}
        """;
    private const string RowsByChange = $"""
        select 'change', (updated_at at time zone 'UTC')::date - date '1970-01-01', count(*){IntentRows.OfConsumer}
        """;
    private const string ByPlace = " group by 2";

    private readonly bool isByPrice = query.SortBy == "price";
    private readonly bool isByChange = query.SortBy == "updatedAt" && !filter.HasPrice;
    private readonly List<Part> parts = [];
    private readonly List<Place> places = [];

    /// <summary>Prices are not counted by the last change: their pages are walked to from the first.</summary>
    internal bool CanSeek => query.SortBy != "updatedAt" || isByChange;

    internal async Task<long> CountAsync(CancellationToken ct)
    {
        // What of the time is no whole day is counted itself, at all prices.
        var (firstDay, lastDay, before, after) = filter.Time.Split();
        await AddRowsAsync(before, filter.Price, RowsOfDay, ct);
        await AddRowsAsync(after, filter.Price, RowsOfDay, ct);
        if (firstDay <= lastDay)
        {
            var days = new TimeRange(TimeRange.StartOf(firstDay), TimeRange.EndOf(lastDay));
            foreach (var edge in LayOut([.. Spans(firstDay, lastDay)])) await AddRowsAsync(days, edge, RowsByDay, ct);
            places.AddRange(await CountAsync(parts, ct));
        }

        return places.Sum(static one => one.Intents);
    }

    /// <summary>After the count: what the page begins in, and how many of that come before it.</summary>
    internal async Task<(Stretch Start, long Skip)> SeekAsync(CancellationToken ct)
    {
        var (outer, left) = Find(places, OuterOf, query.Offset);
        var inner = places.Where(one => OuterOf(one) == outer && !IsOuter(one)).ToList();
        inner.AddRange(await CountAsync([.. parts.Select(one => Refined(one, outer)).OfType<Part>()], ct));
        var (number, skip) = Find(inner, static one => one.Number, left);
        return (From(number), skip);
    }

    // What of the prices is no whole band is laid out with fine bands. Answers with what is left of them.
    private List<PriceRange> LayOut(List<(string Grain, DateOnly First, DateOnly Last)> spans)
    {
        if (isByChange || (!filter.HasPrice && !isByPrice))
        {
            var last = isByChange ? int.MaxValue : 0;
            parts.AddRange(spans.ConvertAll(one => new Part(one.Grain, AllPrices, 0, last, one.First, one.Last)));
            return [];
        }

        var edges = new List<PriceRange>();
        var (firstBand, lastBand, below, above) = filter.Price.Split(PriceBands.Coarse);
        AddBands(Band, firstBand, lastBand);
        foreach (var side in (PriceRange[])[below, above])
        {
            var (firstFine, lastFine, lower, upper) = side.Split(PriceBands.Fine);
            AddBands(FineBand, firstFine, lastFine);
            edges.AddRange([lower, upper]);
        }

        return edges;

        void AddBands(string grain, int first, int last)
        {
            if (first > last) return;
            parts.AddRange(spans.ConvertAll(one => new Part(one.Grain, grain, first, last, one.First, one.Last)));
        }
    }

    // Whole months, and the days before and after them.
    private IEnumerable<(string Grain, DateOnly First, DateOnly Last)> Spans(DateOnly first, DateOnly last)
    {
        if (isByChange) return [(filter.Time == TimeRange.All ? Change : ChangeByDay, first, last)];
        var firstMonth = first.Day == 1 ? MonthOf(first) : MonthOf(first) + 1;
        var lastMonth = last == EndOf(MonthOf(last)) ? MonthOf(last) : MonthOf(last) - 1;
        if (firstMonth > lastMonth) return [(Day, first, last)];

        var spans = new List<(string, DateOnly, DateOnly)> { (Month, StartOf(firstMonth), StartOf(lastMonth)) };
        if (first < StartOf(firstMonth)) spans.Add((Day, first, EndOf(firstMonth - 1)));
        if (last > EndOf(lastMonth)) spans.Add((Day, StartOf(lastMonth + 1), last));
        return spans;
    }

    private Task<List<Place>> CountAsync(List<Part> asked, CancellationToken ct) => asked.Count == 0
        ? Task.FromResult<List<Place>>([])
        : rows.Command(isByPrice || isByChange ? CountsByPlace : CountsByDay, rows.Whole)
            .With(asked.Column(static one => one.Time + one.Price))
            .With(asked.Column(static one => one.FirstPlace))
            .With(asked.Column(static one => one.LastPlace))
            .With(asked.Column(static one => one.FirstDay))
            .With(asked.Column(static one => one.LastDay))
            .ListAsync<Place>(ct);

    private async Task AddRowsAsync(TimeRange time, PriceRange price, string byCreation, CancellationToken ct)
    {
        if (time.IsEmpty || price.IsEmpty) return;
        var part = rows.Whole with { Created = time, Price = price };
        var counts = isByPrice ? RowsByBand : isByChange ? RowsByChange : byCreation;
        places.AddRange(await rows.Command(string.Concat(counts, rows.In(part), ByPlace), part).ListAsync<Place>(ct));
    }

    private bool IsOuter(Place place) => isByPrice
        ? place.Grain.EndsWith(Band, StringComparison.Ordinal)
        : place.Grain.StartsWith(Month, StringComparison.Ordinal);

    // The month that a day is in, the band that a fine one is in. Days of changes are few enough to have none.
    private int OuterOf(Place place)
    {
        if (isByChange) return place.Number;
        if (!isByPrice) return MonthOf(DayOf(place.Number));
        return IsOuter(place) ? place.Number : PriceBands.Coarse.Of(PriceBands.Fine.First(place.Number));
    }

    // What of a part is within a month or a band, by days or fine bands; null when nothing is.
    private Part? Refined(Part part, int outer)
    {
        if (isByPrice)
        {
            if (part.Price != Band || outer < part.FirstPlace || outer > part.LastPlace) return null;
            var first = PriceBands.Fine.Of(PriceBands.Coarse.First(outer));
            var last = PriceBands.Fine.Of(PriceBands.Coarse.Last(outer));
            return part with { Price = FineBand, FirstPlace = first, LastPlace = last };
        }

        if (part.Time != Month || outer < MonthOf(part.FirstDay) || outer > MonthOf(part.LastDay)) return null;
        return part with { Time = Day, FirstDay = StartOf(outer), LastDay = EndOf(outer) };
    }

    // Should others have changed the counts meanwhile, it may be behind them all: then it is in the last.
    private (int Number, long Skip) Find(IEnumerable<Place> among, Func<Place, int> by, long skip)
    {
        var sums = among
            .GroupBy(by, static (number, some) => (Number: number, Sum: some.Sum(static one => one.Intents)))
            .Where(static one => one.Sum > 0);
        var number = 0;
        foreach (var one in query.IsAscending ? sums.OrderBy(N) : sums.OrderByDescending(N))
        {
            number = one.Number;
            if (skip < one.Sum) break;
            skip -= one.Sum;
        }

        return (number, skip);

        static int N((int Number, long Sum) one) => one.Number;
    }

    private Stretch From(int number)
    {
        var (asc, whole) = (query.IsAscending, rows.Whole);
        if (isByPrice)
        {
            var (price, bands) = (whole.Price, PriceBands.Fine);
            return whole with { Price = asc ? price.Above(bands.First(number)) : price.Below(bands.Last(number)) };
        }

        var (start, end) = (TimeRange.StartOf(DayOf(number)), TimeRange.EndOf(DayOf(number)));
        var time = isByChange ? whole.Changed : whole.Created;
        time = asc ? time.After(start) : time.Before(end);
        return isByChange ? whole with { Changed = time } : whole with { Created = time };
    }

    private static int MonthOf(DateOnly day) => (day.Year * 12) + day.Month - 1;

    private static DateOnly StartOf(int month) => new(month / 12, (month % 12) + 1, 1);

    private static DateOnly EndOf(int month) =>
        new(month / 12, (month % 12) + 1, DateTime.DaysInMonth(month / 12, (month % 12) + 1));

    private static DateOnly DayOf(int number) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(number);

    private sealed record Part(
        string Time, string Price, int FirstPlace, int LastPlace, DateOnly FirstDay, DateOnly LastDay);

    private sealed record Place(string Grain, int Number, long Intents) : IRow<Place>
    {
        public static Place Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetInt32(1), row.GetInt64(2));
    }
}

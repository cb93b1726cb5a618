namespace SupplyApi.Features.Intents;

/// <summary>What a list of intents is about: each condition narrows it. Both ends of a range belong to it.</summary>
internal sealed record IntentFilter
{
    internal static readonly ListTerms Terms = new(
        [
            new("status", ValueKind.Word, "eq in", IntentStatus.All),
            new("platform", ValueKind.Word, "eq in", ProductPage.Platforms),
            new("userId", ValueKind.Text, "eq in"),
            new("title", ValueKind.Text, "eq like"),
            new("price", ValueKind.Amount, "eq gte lte"),
            new("createdAt", ValueKind.Time, "gte lte"),
        ],
        ["createdAt", "updatedAt", "price"],
        IntentView.Members,
        new Dictionary<string, (string, string)>
        {
            ["status"] = ("status", "eq"),
            ["platform"] = ("platform", "eq"),
            ["userId"] = ("userId", "eq"),
            ["startTime"] = ("createdAt", "gte"),
            ["endTime"] = ("createdAt", "lte"),
            ["startDate"] = ("createdAt", "gte"),
            ["endDate"] = ("createdAt", "lte"),
        });

    /// <summary>Null: any.</summary>
    internal string[]? Statuses { get; private set; }

    internal string[]? Platforms { get; private set; }

    internal string[]? Users { get; private set; }

    internal string? Title { get; private set; }

    /// <summary>What the title holds, whatever the case of its letters.</summary>
    internal string? TitlePart { get; private set; }

    internal TimeRange Time { get; private set; } = TimeRange.All;

    internal PriceRange Price { get; private set; } = PriceRange.All;

    internal bool HasPrice => Price != PriceRange.All;

    internal bool HasTitle => Title is not null || TitlePart is not null;

    /// <summary>What to choose of the counts that the database keeps: intent_kind has the order.</summary>
    internal int[] Kinds => KindsOf(Statuses, Platforms);

    internal static IntentFilter Of(IEnumerable<Condition> conditions)
    {
        var filter = new IntentFilter();
        foreach (var one in conditions)
        {
            switch (one.Field, one.Operator)
            {
                case ("status", _): filter.Statuses = Both(filter.Statuses, one.Texts); break;
                case ("platform", _): filter.Platforms = Both(filter.Platforms, one.Texts); break;
                case ("userId", _): filter.Users = Both(filter.Users, one.Texts); break;
                case ("title", "eq"): filter.Title = one.Texts[0]; break;
                case ("title", _): filter.TitlePart = one.Texts[0]; break;
                case ("createdAt", "gte"): filter.Time = filter.Time.After(one.Time); break;
                case ("createdAt", _): filter.Time = filter.Time.Before(one.Time); break;
                case ("price", "gte"): filter.Price = filter.Price.Above(Up(one.Amount)); break;
                case ("price", "lte"): filter.Price = filter.Price.Below(Down(one.Amount)); break;
                default: filter.Price = filter.Price.Above(Up(one.Amount)).Below(Down(one.Amount)); break;
            }
        }

        return filter;
    }

    /// <param name="statuses">Null: all.</param>
    internal static int[] KindsOf(string[]? statuses, string[]? platforms) =>
    [
        .. from status in IntentStatus.All
           from platform in ProductPage.Platforms
           select statuses?.Contains(status) != false && platforms?.Contains(platform) != false ? 1 : 0,
    ];

    private static string[] Both(string[]? before, string[] now) =>
        [.. (before is null ? now : before.Intersect(now)).Distinct()];

    // In cents, and within what a price can be: beyond it there is nothing.
    private static long Up(decimal amount) =>
        (long)decimal.Ceiling(Math.Min(amount, PriceRange.All.Most + 1) * 100);

    private static long Down(decimal amount) => (long)decimal.Floor(Math.Min(amount, PriceRange.All.Most) * 100);
}

/// <summary>From one instant to another, both in it; in microseconds.</summary>
internal readonly record struct TimeRange(DateTime From, DateTime Until)
{
    private static readonly DateTime First = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
    private static readonly DateTime Last = EndOf(DateOnly.MaxValue);

    internal static readonly TimeRange All = new(First, Last);
    internal static readonly TimeRange None = new(Last, First);

    internal bool IsEmpty => From > Until;

    internal TimeRange After(DateTime time) => this with { From = time > From ? time : From };

    internal TimeRange Before(DateTime time) => this with { Until = time < Until ? time : Until };

    /// <summary>The days that are wholly in it, and what is left of it before and after them.</summary>
    internal (DateOnly First, DateOnly Last, TimeRange Before, TimeRange After) Split()
    {
        var (first, last) = (DateOnly.FromDateTime(From), DateOnly.FromDateTime(Until));
        var (isWholeFirst, isWholeLast) = (From == StartOf(first), Until == EndOf(last));
        if (IsEmpty || (first == last && !(isWholeFirst && isWholeLast)))
            return (DateOnly.MaxValue, DateOnly.MinValue, this, None);

        var before = isWholeFirst ? None : new TimeRange(From, EndOf(first));
        var after = isWholeLast ? None : new TimeRange(StartOf(last), Until);
        return (isWholeFirst ? first : first.AddDays(1), isWholeLast ? last : last.AddDays(-1), before, after);
    }

    internal static DateTime StartOf(DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    internal static DateTime EndOf(DateOnly day) =>
        StartOf(day).AddTicks(TimeSpan.TicksPerDay - TimeSpan.TicksPerMicrosecond);
}

/// <summary>From one price to another, both in it; in cents.</summary>
internal readonly record struct PriceRange(long Min, long Max)
{
    private const long CentsMax = 999_999_999_999;

    internal static readonly PriceRange All = new(1, CentsMax);
    internal static readonly PriceRange None = new(CentsMax, 0);

    internal bool IsEmpty => Min > Max;

    internal decimal Least => Min / 100m;

    internal decimal Most => Max / 100m;

    internal PriceRange Above(long cents) => this with { Min = Math.Max(Min, cents) };

    internal PriceRange Below(long cents) => this with { Max = Math.Min(Max, cents) };

    /// <summary>The bands that are wholly in it, and what is left of it below and above them.</summary>
    internal (int First, int Last, PriceRange Below, PriceRange Above) Split(PriceBands bands)
    {
        if (IsEmpty) return (1, 0, None, None);
        var (first, last) = (bands.Of(Min), bands.Of(Max));
        var (isWholeFirst, isWholeLast) = (Min == bands.First(first), Max == bands.Last(last));
        if (first == last && !(isWholeFirst && isWholeLast)) return (1, 0, this, None);

        return (
            isWholeFirst ? first : first + 1, isWholeLast ? last : last - 1,
            isWholeFirst ? None : this with { Max = bands.Last(first) },
            isWholeLast ? None : this with { Min = bands.First(last) });
    }
}

using System.Globalization;

namespace SupplyApi.Features.Shared;

/// <summary>The supply contract's paging: one-based page, 1 to 200 rows, 20 unless told.</summary>
internal sealed record Pagination(int Page, int PageSize, long Total);

internal readonly record struct Page(int Number, int Size)
{
    private const int SizeDefault = 20;
    private const int SizeMax = 200;

    /// <summary>The most rows of a page on the platform surface.</summary>
    internal const int PlatformSizeMax = 100;

    internal long Offset => (Number - 1L) * Size;

    internal Pagination Of(long total) => new(Number, Size, total);

    /// <summary>Null when both are in range; else what is wrong, naming the parameter.</summary>
    /// <param name="sizeName">What the surface calls the size of a page.</param>
    internal static Refusal? Read(
        string? page, string? pageSize, out Page read, int sizeMax = SizeMax, string sizeName = "page_size")
    {
        read = new Page(1, SizeDefault);
        if (!TryCount(page, 1, int.MaxValue, out var number))
            return Errors.Invalid("page", "page must be a whole number from 1.");
        if (!TryCount(pageSize, SizeDefault, sizeMax, out var size))
            return Errors.Invalid(sizeName, $"{sizeName} must be a whole number from 1 to {sizeMax}.");

        read = new Page(number, size);
        return null;
    }

    private static bool TryCount(string? text, int absent, int max, out int count)
    {
        count = absent;
        return text is null
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
                && count >= 1 && count <= max);
    }
}

/// <summary>An inclusive range of UTC days.</summary>
internal readonly record struct Days(DateOnly First, DateOnly Last)
{
    private const string Format = "yyyy-MM-dd";
    private const int LengthMax = 3660;

    internal DateTime From => First.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    /// <summary>The first instant that is no longer in the range.</summary>
    internal DateTime Until => Last.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    /// <summary>Absent: the current month so far. Null when good; else what is wrong, naming the parameter.</summary>
    internal static Refusal? Read(string? start, string? end, DateTimeOffset now, out Days read)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        read = default;
        if (!TryDay(end, today, out var last))
            return Errors.Invalid("end_date", $"end_date must be a day written {Format}.");
        if (!TryDay(start, new DateOnly(last.Year, last.Month, 1), out var first))
            return Errors.Invalid("start_date", $"start_date must be a day written {Format}.");
        if (first > last)
            return Errors.Invalid("start_date", "start_date must not be after end_date.");
        if (last.DayNumber - first.DayNumber > LengthMax || last == DateOnly.MaxValue)
            return Errors.Invalid("start_date", $"The range may span at most {LengthMax} days.");

        read = new Days(first, last);
        return null;
    }

    private static bool TryDay(string? text, DateOnly absent, out DateOnly day)
    {
        day = absent;
        return text is null
            || DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }
}

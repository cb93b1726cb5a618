using System.Globalization;

namespace SupplyApi.Features.Intents;

/// <summary>What a filter's value must be.</summary>
internal enum ValueKind
{
    Text,
    Word,
    Amount,
    Time,
}

/// <summary>A member of a resource that lists may be filtered by.</summary>
/// <param name="Operators">Separated by spaces; eq is what stands without an operator.</param>
/// <param name="Words">The values of a <see cref="ValueKind.Word"/>.</param>
internal sealed record FilterField(string Name, ValueKind Kind, string Operators, params string[] Words)
{
    internal bool Takes(string operation) => Operators.Split(' ').Contains(operation);
}

/// <summary>What lists of a resource may ask for.</summary>
/// <param name="Shorthands">Parameters that mean a filter: startTime is createdAt's gte.</param>
internal sealed record ListTerms(
    IReadOnlyList<FilterField> Fields, string[] SortedBy, string[] Members,
    IReadOnlyDictionary<string, (string Field, string Operator)> Shorthands);

/// <summary>One filter, checked. Which of the values is set depends on the field's kind.</summary>
internal sealed record Condition(string Field, string Operator, string Parameter)
{
    internal string[] Texts { get; init; } = [];

    internal decimal Amount { get; init; }

    /// <summary>For gte the first instant, for lte the last.</summary>
    internal DateTime Time { get; init; }
}

/// <summary>
/// The open API's parameters of a list, read over what the resource allows. What it does not know is refused by name;
/// values stay values: none of them ever becomes a piece of SQL.
/// </summary>
internal sealed record ListQuery(
    int Page, int PageSize, string SortBy, bool IsAscending, string[]? Members, IReadOnlyList<Condition> Conditions)
{
    private const string FilterPrefix = "filter";
    private const int SizeUsual = 20;
    private const int SizeMax = 100;
    private const int TextLengthMax = 200;
    private const int ListLengthMax = 100;

    private static readonly string[] TimeForms =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    internal long Offset => (Page - 1L) * PageSize;

    /// <summary>Null when good; else what is wrong, naming the parameter.</summary>
    internal static Refusal? Read(IQueryCollection query, ListTerms terms, out ListQuery read)
    {
        read = new ListQuery(1, SizeUsual, terms.SortedBy[0], IsAscending: false, null, []);
        if (query.FirstOrDefault(one => !IsOurs(one.Key, terms)).Key is { } stranger)
            return Errors.Format(Cut(stranger), $"'{Cut(stranger)}' is no parameter of this list.");
        if (query.FirstOrDefault(static one => one.Value.Count > 1).Key is { } repeated)
            return Errors.Format(repeated, $"{repeated} may be given once.");
        if (!TryCount(query["page"], 1, int.MaxValue, out var page))
            return Errors.Format("page", "page must be a whole number from 1.");
        if (!TryCount(query["pageSize"], SizeUsual, SizeMax, out var size))
            return Errors.Format("pageSize", $"pageSize must be a whole number from 1 to {SizeMax}.");

        var sortBy = query["sortBy"].FirstOrDefault() ?? terms.SortedBy[0];
        if (!terms.SortedBy.Contains(sortBy))
            return Errors.Format("sortBy", $"sortBy must be one of {string.Join(", ", terms.SortedBy)}.");
        var (order, alias) = (query["sortOrder"].FirstOrDefault(), query["order"].FirstOrDefault());
        if (order is not (null or "asc" or "desc")) return Errors.Format("sortOrder", "sortOrder must be asc or desc.");
        if (alias is not (null or "asc" or "desc")) return Errors.Format("order", "order must be asc or desc.");
        if (order is not null && alias is not null && order != alias)
            return Errors.Format("order", "order and sortOrder mean the same and must not differ.");
        var members = query["fields"].FirstOrDefault()?.Split(',');
        if (members is not null && Array.Find(members, one => !terms.Members.Contains(one)) is { } unknown)
            return Errors.Format("fields", $"'{unknown}' is no field; there are {string.Join(", ", terms.Members)}.");

        var conditions = new List<Condition>();
        foreach (var (name, values) in query)
        {
            if (!TryName(name, terms, out var field, out var operation)) continue;
            if (ReadCondition(name, field, operation, values.ToString(), terms, out var condition) is { } wrong)
                return wrong;
            conditions.Add(condition!);
        }

        read = new(page, size, sortBy, (order ?? alias) == "asc", members, conditions);
        return null;
    }

    // filter[price][gte], or a short name of the same.
    private static bool TryName(string name, ListTerms terms, out string field, out string operation)
    {
        if (terms.Shorthands.TryGetValue(name, out var meant))
        {
            (field, operation) = meant;
            return true;
        }

        (field, operation) = ("", "");
        if (!name.StartsWith(FilterPrefix, StringComparison.Ordinal)) return false;
        var parts = name[FilterPrefix.Length..].Split('[');
        if (parts.Length is not (2 or 3) || parts[0].Length > 0 || !parts.Skip(1).All(static one => one.EndsWith(']')))
            return true;
        field = parts[1][..^1];
        operation = parts.Length == 2 ? "eq" : parts[2][..^1];
        return true;
    }

    private static Refusal? ReadCondition(
        string name, string fieldName, string operation, string value, ListTerms terms, out Condition? condition)
    {
        condition = null;
        var field = terms.Fields.FirstOrDefault(one => one.Name == fieldName);
        if (field is null)
            return Errors.Format(name, $"'{Cut(fieldName)}' is no field to filter by; there are "
                + $"{string.Join(", ", terms.Fields.Select(static one => one.Name))}.");
        if (!field.Takes(operation))
            return Errors.Format(name, $"'{Cut(operation)}' is no operator of {field.Name}; there are "
                + $"{field.Operators.Replace(" ", ", ", StringComparison.Ordinal)}.");

        condition = new Condition(field.Name, operation, name);
        switch (field.Kind)
        {
            case ValueKind.Amount:
                if (!decimal.TryParse(
                    value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                    return Errors.Format(name, $"{name} must be a number that is not negative.");
                condition = condition with { Amount = amount };
                return null;
            case ValueKind.Time:
                if (!TryTime(value, operation == "lte", out var time))
                    return Errors.Format(
                        name, $"{name} must be a day or an instant of ISO 8601, such as 2026-02-01T00:00:00Z.");
                condition = condition with { Time = time };
                return null;
            default:
                var texts = operation == "in" ? value.Split(',') : [value];
                if (texts.Length > ListLengthMax || texts.Any(static one => !IsText(one)))
                    return Errors.Format(
                        name, $"{name} must have 1 to {TextLengthMax} characters, and a list at most {ListLengthMax}.");
                if (field.Kind == ValueKind.Word && texts.Any(one => !field.Words.Contains(one)))
                    return Errors.Format(name, $"{name} must be one of {string.Join(", ", field.Words)}.");
                condition = condition with { Texts = texts };
                return null;
        }
    }

    private static bool IsOurs(string name, ListTerms terms) =>
        name is "page" or "pageSize" or "sortBy" or "sortOrder" or "order" or "fields"
        || TryName(name, terms, out _, out _);

    private static bool IsText(string text) => text.Length is > 0 and <= TextLengthMax && !text.Contains('\0');

    private static string Cut(string text) => text.Length <= 50 ? text : text[..50] + "…";

    private static bool TryCount(string? text, int absent, int max, out int count)
    {
        count = absent;
        return text is null
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
                && count >= 1 && count <= max);
    }

    // In whole microseconds, as the database keeps them; a day's last instant is the last of these.
    private static bool TryTime(string text, bool isLast, out DateTime time)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            time = day.ToDateTime(isLast ? TimeOnly.MaxValue : TimeOnly.MinValue, DateTimeKind.Utc);
        }
        else if (DateTimeOffset.TryParseExact(
            text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            time = instant.UtcDateTime;
        }
        else
        {
            time = default;
            return false;
        }

        time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
        return true;
    }
}

using NpgsqlTypes;

namespace SupplyApi.Features.Intents;

/// <summary>A part of what a filter is about: only from here to there of each.</summary>
internal readonly record struct Stretch(TimeRange Created, PriceRange Price, TimeRange Changed);

/// <summary>
/// The rows of intents that a filter means. The SQL is joined from the constants of this file alone, and each has its
/// parameters by number.
/// </summary>
internal sealed class IntentRows(NpgsqlConnection connection, long consumerId, IntentFilter filter)
{
    /// <summary>What a query of them goes on with; then come the conditions.</summary>
    internal const string OfConsumer = " from intents where consumer_id = $1";

    private const string OfStatuses = " and status = any($2)";
    private const string OfStatus = " and status = ($2::text[])[1]";
    private const string OfPlatforms = " and platform = any($3)";
    private const string InTime = " and created_at between $4 and $5";
    private const string AtPrice = " and price between $6 and $7";
    private const string OfUsers = " and user_id = any($8)";
    private const string OfUser = " and user_id = ($8::text[])[1]";
    private const string WithTitle = " and title = $9";
    private const string WithTitlePart = " and position(lower($10) in lower(title)) > 0";
    private const string WithPieces = " and intent_grams(consumer_id, title) @> intent_needles($1, $10)";
    private const string KnownToHavePart = $"""
         and title in (select title from intent_titles where consumer_id = $1{WithPieces}{WithTitlePart})
        """;
    private const string InChanges = " and updated_at between $11 and $12";

    internal Stretch Whole { get; } = new(filter.Time, filter.Price, TimeRange.All);

    /// <summary>Conditions on each row, whatever its title.</summary>
    internal string In(Stretch part) => string.Concat(
        string.Concat(OfKinds, part.Created == TimeRange.All ? "" : InTime),
        part.Price == PriceRange.All ? "" : AtPrice,
        part.Changed == TimeRange.All ? "" : InChanges,
        filter.Users is null ? "" : filter.Users.Length == 1 ? OfUser : OfUsers);

    /// <summary>On the title of each row.</summary>
    internal string Titled =>
        string.Concat(filter.Title is null ? "" : WithTitle, filter.TitlePart is null ? "" : WithTitlePart);

    /// <summary>The same, by the titles that there are.</summary>
    internal string KnownByTitle =>
        string.Concat(filter.Title is null ? "" : WithTitle, filter.TitlePart is null ? "" : KnownToHavePart);

    /// <summary>On each of the titles that there are.</summary>
    internal string OfTitles => string.Concat(filter.TitlePart is null ? "" : WithPieces, Titled);

    // A single value stands in an index before the order: its rows need no sorting.
    private string OfKinds => string.Concat(
        filter.Statuses is null ? "" : filter.Statuses.Length == 1 ? OfStatus : OfStatuses,
        filter.Platforms is null ? "" : OfPlatforms);

    /// <summary>$13 is what to choose of counts; what a query has besides begins with $14.</summary>
    internal NpgsqlCommand Command(string text, Stretch part) => connection.Command(text)
        .With(consumerId)
        .WithNullable(filter.Statuses, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .WithNullable(filter.Platforms, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(part.Created.From).With(part.Created.Until).With(part.Price.Least).With(part.Price.Most)
        .WithNullable(filter.Users, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .WithNullable(filter.Title, NpgsqlDbType.Text)
        .WithNullable(filter.TitlePart, NpgsqlDbType.Text)
        .With(part.Changed.From).With(part.Changed.Until)
        .With(filter.Kinds);
}

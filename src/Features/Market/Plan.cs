using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>
/// One way to subscribe to a product: a package, or `auto`, which is whoever is the cheapest and healthy at each call.
/// </summary>
/// <param name="ValidDays">Null with everything else that `auto` does not have.</param>
internal sealed record Plan(
    string Id, string Type,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? PricePer1mInput,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? PricePer1mOutput,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? PricePerRequest,
    string Currency, int? ValidDays, int? MaxConcurrent, int? RateLimitRpm, bool Available) : IRow<Plan>
{
    internal const string Auto = "auto";
    private const string Prefix = "pkg";

    /// <summary>The columns that <see cref="Read"/> takes, of the row `package`.</summary>
    internal const string Columns = """
        package.id, package.price_per_1m_input, package.price_per_1m_output, package.valid_days,
        package.max_concurrent, package.rate_limit_rpm
        """;

    /// <summary>
    /// When a subscription ends that becomes active at the moment $1, of the row `package`: after its valid days, but
    /// never later than the package itself.
    /// </summary>
    internal const string EndsAt = "least(package.expires_at, $1 + make_interval(days => package.valid_days))";

    public static Plan Read(NpgsqlDataReader row) => new(
        IdOf(row.GetInt64(0)), "PACKAGE", row.GetDecimal(1), row.GetDecimal(2), null, Money.Currency, row.GetInt32(3),
        row.GetInt32(4), row.GetInt32(5), Available: true);

    /// <summary>At the prices of the cheapest right now.</summary>
    internal static Plan AutoOf(ProductView product) => new(
        Auto, "AUTO", product.PricePer1mInput, product.PricePer1mOutput, product.PricePerRequest, product.Currency,
        null, null, null, Available: true);

    internal static string IdOf(long? packageId) => packageId is { } id ? PublicId.Of(Prefix, id) : Auto;

    /// <summary>False when it is the id of no plan at all; null in <paramref name="packageId"/> is `auto`.</summary>
    internal static bool TryRead(string text, out long? packageId)
    {
        packageId = PublicId.TryRead(Prefix, text, out var id) ? id : null;
        return packageId is not null || text == Auto;
    }
}

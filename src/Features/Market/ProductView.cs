using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>A model as the market shows it: what it costs, never who sells it.</summary>
/// <param name="AutoApprove">Whether a subscription is active at once, all policies considered.</param>
/// <param name="PricePer1mInput">Of the cheapest offer, as all prices here; null where one pays by the call.</param>
internal sealed record ProductView(
    string Id, string Name, IReadOnlyList<string> Providers, string Status, bool AutoApprove, long PlanCount,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? PricePer1mInput,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? PricePer1mOutput,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? PricePerRequest,
    string Currency, DateTime CreatedAt) : IRow<ProductView>
{
    internal const string Prefix = "prod";

    /// <summary>All that <see cref="Read"/> takes; `from` the rows `product` comes next, then the offers.</summary>
    internal const string Columns = $"""
        product.id, product.model, offered.providers, {ApprovalPolicy.IsOnForProduct}, offered.packages,
        cheapest.input, cheapest.output, cheapest.request, product.created_at
        """;

    /// <summary>What is offered of each row `product` at the moment $1.</summary>
    internal const string WithOffers = $"""
        cross join lateral (
          select coalesce(array_agg(distinct provider order by provider), array[]::text[]) as providers,
                 count(package_id) as packages
            from ({Offers.OfProduct}) offer
        ) offered
          left join lateral (
          select input, output, request
            from ({Offers.OfProduct}) offer
           order by {Offers.CheapestFirst}
           limit 1
        ) cheapest on true
        """;

    public static ProductView Read(NpgsqlDataReader row)
    {
        var providers = row.GetFieldValue<string[]>(2);
        var isOffered = providers.Length > 0;
        var byRequest = row.ValueOrNull<decimal>(7);
        return new(
            PublicId.Of(Prefix, row.GetInt64(0)), row.GetString(1), providers, isOffered ? "AVAILABLE" : "UNAVAILABLE",
            row.GetBoolean(3), isOffered ? row.GetInt64(4) + 1 : 0,
            byRequest is null ? row.ValueOrNull<decimal>(5) : null,
            byRequest is null ? row.ValueOrNull<decimal>(6) : null,
            byRequest, Money.Currency, row.GetDateTime(8));
    }
}

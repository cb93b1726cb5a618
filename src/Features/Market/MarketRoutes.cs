namespace SupplyApi.Features.Market;

/// <summary>What consumers find on the market, and what they subscribe to.</summary>
public static class MarketRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        ListProductsJson.Default,
        GetProductJson.Default,
        ListSubscriptionsJson.Default,
        CreateSubscriptionJson.Default,
        GetSubscriptionJson.Default).WithAddedModifier(Wire.CamelCase);

    public static void Map(IEndpointRouteBuilder app)
    {
        var market = app.MapGroup("/api/v1").ForUsers();

        ListProducts.Map(market);
        GetProduct.Map(market);
        ListSubscriptions.Map(market);
        CreateSubscription.Map(market);
        GetSubscription.Map(market);
        CancelSubscription.Map(market);
    }
}

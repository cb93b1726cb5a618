using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>One subscription of a consumer, whatever its state.</summary>
internal static class GetSubscription
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers/{consumerId}/subscriptions/{subscriptionId}", Handle)
        .WithName("getSubscription");

    private const string Find = $"""
        select {SubscriptionView.Columns}
          from subscriptions subscription
          join products product on product.id = subscription.product_id
         where subscription.id = $1 and subscription.consumer_id = $2 and subscription.tenant_id = $3
        """;

    private static async Task<IResult> Handle(
        string consumerId, string subscriptionId, Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)
            || !PublicId.TryRead(SubscriptionView.Prefix, subscriptionId, out var id))
            return Errors.NotFound("subscription");

        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(Find)
            .With(id).With(consumer).With(caller.TenantId)
            .OneAsync<SubscriptionView>(ct) is { } subscription
            ? TypedResults.Ok(subscription)
            : Errors.NotFound("subscription");
    }
}

[JsonSerializable(typeof(SubscriptionView))]
internal sealed partial class GetSubscriptionJson : JsonSerializerContext;

using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>A consumer gives a subscription up. The row stays: it counted as an order.</summary>
internal static class CancelSubscription
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/consumers/{consumerId}/subscriptions/{subscriptionId}", Handle)
        .WithName("cancelSubscription");

    private static async Task<IResult> Handle(
        string consumerId, string subscriptionId, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)
            || !PublicId.TryRead(SubscriptionView.Prefix, subscriptionId, out var id))
            return Errors.NotFound("subscription");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var subscription = await LockedSubscription.OfConsumerAsync(connection, id, consumer, caller, ct);
        if (subscription is null) return Errors.NotFound("subscription");
        if (await subscription.CancelAsync(connection, caller, clock.GetUtcNow(), ct) is { } refusal) return refusal;

        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}

using SupplyApi.Features.Market;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>An admin lets a consumer in, whatever the plan.</summary>
internal static class ApproveSubscription
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/subscriptions/{subscriptionId:long}/approve", Handle)
        .WithName("approveSubscription");

    private static async Task<IResult> Handle(
        long subscriptionId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var subscription = await LockedSubscription.AnyAsync(connection, subscriptionId, ct);
        if (subscription is null) return Errors.NotFound("subscription");
        if (await subscription.ApproveAsync(connection, caller, clock.GetUtcNow(), ct) is { } refusal) return refusal;

        var view = await SubscriptionControlView.FindAsync(connection, subscriptionId, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(view);
    }
}

[JsonSerializable(typeof(SubscriptionControlView))]
internal sealed partial class ApproveSubscriptionJson : JsonSerializerContext;

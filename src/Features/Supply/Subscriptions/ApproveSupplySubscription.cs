using SupplyApi.Features.Market;

namespace SupplyApi.Features.Supply.Subscriptions;

/// <summary>The supplier lets somebody in who wants to call one of the own packages.</summary>
internal static class ApproveSupplySubscription
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/subscriptions/{subscriptionId:long}/approve", Handle)
        .WithName("approveSupplySubscription");

    private static async Task<IResult> Handle(
        long subscriptionId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var subscription = await LockedSubscription.OfSupplierAsync(connection, subscriptionId, caller, ct);
        if (subscription is null) return Errors.NotFound("subscription");
        if (await subscription.ApproveAsync(connection, caller, clock.GetUtcNow(), ct) is { } refusal) return refusal;

        var view = await SupplySubscriptionView.FindAsync(connection, subscriptionId, caller, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Envelope<SupplySubscriptionView>(caller.RequestId, view));
    }
}

[JsonSerializable(typeof(Envelope<SupplySubscriptionView>))]
internal sealed partial class ApproveSupplySubscriptionJson : JsonSerializerContext;

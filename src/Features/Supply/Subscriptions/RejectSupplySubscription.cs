using SupplyApi.Features.Market;

namespace SupplyApi.Features.Supply.Subscriptions;

/// <summary>The supplier does not let somebody in, and says why.</summary>
internal static class RejectSupplySubscription
{
    internal sealed record Request(string Reason);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/subscriptions/{subscriptionId:long}/reject", Handle)
        .WithName("rejectSupplySubscription");

    private static async Task<IResult> Handle(
        long subscriptionId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (LockedSubscription.CheckReason(body.Reason) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var subscription = await LockedSubscription.OfSupplierAsync(connection, subscriptionId, caller, ct);
        if (subscription is null) return Errors.NotFound("subscription");
        if (await subscription.RejectAsync(connection, caller, body.Reason, clock.GetUtcNow(), ct) is { } refusal)
            return refusal;

        var view = await SupplySubscriptionView.FindAsync(connection, subscriptionId, caller, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Envelope<SupplySubscriptionView>(caller.RequestId, view));
    }
}

[JsonSerializable(typeof(RejectSupplySubscription.Request))]
[JsonSerializable(typeof(Envelope<SupplySubscriptionView>))]
internal sealed partial class RejectSupplySubscriptionJson : JsonSerializerContext;

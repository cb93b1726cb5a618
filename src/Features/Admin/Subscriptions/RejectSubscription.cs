using SupplyApi.Features.Market;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>An admin does not let a consumer in, and says why.</summary>
internal static class RejectSubscription
{
    internal sealed record Request(string Reason);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/subscriptions/{subscriptionId:long}/reject", Handle)
        .WithName("rejectSubscription");

    private static async Task<IResult> Handle(
        long subscriptionId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (LockedSubscription.CheckReason(body.Reason) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var subscription = await LockedSubscription.AnyAsync(connection, subscriptionId, ct);
        if (subscription is null) return Errors.NotFound("subscription");
        if (await subscription.RejectAsync(connection, caller, body.Reason, clock.GetUtcNow(), ct) is { } refusal)
            return refusal;

        var view = await SubscriptionControlView.FindAsync(connection, subscriptionId, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(view);
    }
}

[JsonSerializable(typeof(RejectSubscription.Request))]
[JsonSerializable(typeof(SubscriptionControlView))]
internal sealed partial class RejectSubscriptionJson : JsonSerializerContext;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>The platform's own switch.</summary>
internal static class GetSubscriptionPolicy
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/subscription-policy", Handle)
        .WithName("getSubscriptionPolicy");

    private static async Task<IResult> Handle(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(
            await connection.Command(SubscriptionPolicyView.Find).OneAsync<SubscriptionPolicyView>(ct));
    }
}

[JsonSerializable(typeof(SubscriptionPolicyView))]
internal sealed partial class GetSubscriptionPolicyJson : JsonSerializerContext;

using SupplyApi.Features.Auth;
using SupplyApi.Features.Market;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>An admin says whether subscriptions wait for somebody's word; those that wait go on waiting.</summary>
internal static class UpdateSubscriptionPolicy
{
    /// <summary>The policy is nobody's own.</summary>
    private const long Platform = 0;

    internal sealed record Request(bool AutoApprove);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/subscription-policy", Handle)
        .WithName("updateSubscriptionPolicy");

    // Two admins at once: what the later one's record says was before is what the earlier one set.
    private const string Lock = "lock table site_settings in share row exclusive mode";

    private static async Task<IResult> Handle(
        Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(Lock).RunAsync(ct);
        var before = (await connection.Command(SubscriptionPolicyView.Find).OneAsync<SubscriptionPolicyView>(ct))!;
        await connection.Command(SiteSettings.Put)
            .With(ApprovalPolicy.Setting).With(body.AutoApprove ? "true" : "false")
            .RunAsync(ct);
        var entry = new AuditEntry("admin.subscription_policy.update", "subscription_policy", ApprovalPolicy.Setting)
        {
            TenantId = Platform,
            Before = new() { ["auto_approve"] = before.AutoApprove },
            After = new() { ["auto_approve"] = body.AutoApprove },
        };
        await connection.AuditAsync(caller, entry, clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new SubscriptionPolicyView(body.AutoApprove));
    }
}

[JsonSerializable(typeof(UpdateSubscriptionPolicy.Request))]
[JsonSerializable(typeof(SubscriptionPolicyView))]
internal sealed partial class UpdateSubscriptionPolicyJson : JsonSerializerContext;

using SupplyApi.Features.Market;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>Whether subscriptions become active at once where nothing else is said of the product.</summary>
internal sealed record SubscriptionPolicyView(bool AutoApprove) : IRow<SubscriptionPolicyView>
{
    internal const string Find = $"select {ApprovalPolicy.IsOn}";

    public static SubscriptionPolicyView Read(NpgsqlDataReader row) => new(row.GetBoolean(0));
}

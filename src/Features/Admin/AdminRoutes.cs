using SupplyApi.Features.Admin.Channels;
using SupplyApi.Features.Admin.Intents;
using SupplyApi.Features.Admin.Subscriptions;

namespace SupplyApi.Features.Admin;

/// <summary>What admins do.</summary>
public static class AdminRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        UpdateUserJson.Default,
        AdjustSupplyEarningsJson.Default,
        FreezeSupplyEarningJson.Default,
        ReleaseSupplyEarningJson.Default,
        ListSettlementsJson.Default,
        GetSettlementPaymentAccountJson.Default,
        ProcessSettlementJson.Default,
        CompleteSettlementJson.Default,
        FailSettlementJson.Default,
        ListOutboxDeadLettersJson.Default,
        RetryOutboxDeadLetterJson.Default,
        DisableSupplyAccountJson.Default,
        RestoreSupplyAccountJson.Default,
        ListSupplyPoliciesJson.Default,
        UpdateSupplyPolicyJson.Default,
        GetRoutingJson.Default,
        UpdateRoutingJson.Default,
        ListPlatformModelsJson.Default,
        CreatePlatformModelJson.Default,
        UpdatePlatformModelJson.Default,
        DeletePlatformModelJson.Default,
        ListChannelsJson.Default,
        CreateChannelJson.Default,
        UpdateChannelJson.Default,
        DeleteChannelJson.Default,
        ListChannelModelsJson.Default,
        CreateChannelModelJson.Default,
        UpdateChannelModelJson.Default,
        DeleteChannelModelJson.Default,
        ListAppIntentsJson.Default,
        GetAppIntentJson.Default,
        ProcessIntentJson.Default,
        CompleteIntentJson.Default,
        FailIntentJson.Default,
        ListMarketSubscriptionsJson.Default,
        ApproveSubscriptionJson.Default,
        RejectSubscriptionJson.Default,
        GetSubscriptionPolicyJson.Default,
        UpdateSubscriptionPolicyJson.Default,
        UpdateProductSubscriptionPolicyJson.Default);

    public static void Map(IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api").ForAdmins();

        UpdateUser.Map(admin);
        AdjustSupplyEarnings.Map(admin);
        FreezeSupplyEarning.Map(admin);
        ReleaseSupplyEarning.Map(admin);
        ListSettlements.Map(admin);
        GetSettlementPaymentAccount.Map(admin);
        ProcessSettlement.Map(admin);
        CompleteSettlement.Map(admin);
        FailSettlement.Map(admin);
        ListOutboxDeadLetters.Map(admin);
        RetryOutboxDeadLetter.Map(admin);
        DisableSupplyAccount.Map(admin);
        RestoreSupplyAccount.Map(admin);
        ListSupplyPolicies.Map(admin);
        UpdateSupplyPolicy.Map(admin);
        GetRouting.Map(admin);
        UpdateRouting.Map(admin);
        ListPlatformModels.Map(admin);
        CreatePlatformModel.Map(admin);
        UpdatePlatformModel.Map(admin);
        DeletePlatformModel.Map(admin);
        ListChannels.Map(admin);
        CreateChannel.Map(admin);
        UpdateChannel.Map(admin);
        DeleteChannel.Map(admin);
        ListChannelModels.Map(admin);
        CreateChannelModel.Map(admin);
        UpdateChannelModel.Map(admin);
        DeleteChannelModel.Map(admin);
        ListAppIntents.Map(admin);
        GetAppIntent.Map(admin);
        ProcessIntent.Map(admin);
        CompleteIntent.Map(admin);
        FailIntent.Map(admin);
        ListMarketSubscriptions.Map(admin);
        ApproveSubscription.Map(admin);
        RejectSubscription.Map(admin);
        GetSubscriptionPolicy.Map(admin);
        UpdateSubscriptionPolicy.Map(admin);
        UpdateProductSubscriptionPolicy.Map(admin);
    }
}

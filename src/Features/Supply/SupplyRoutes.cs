using Microsoft.Extensions.DependencyInjection;
using SupplyApi.Features.Supply.Accounts;
using SupplyApi.Features.Supply.Billing;
using SupplyApi.Features.Supply.Earnings;
using SupplyApi.Features.Supply.Packages;
using SupplyApi.Features.Supply.Settlements;
using SupplyApi.Features.Supply.Subscriptions;

namespace SupplyApi.Features.Supply;

/// <summary>
/// The supply console: accounts, packages, subscriptions, earnings, billing, settlements. Names and shapes are the
/// contract's own.
/// </summary>
public static class SupplyRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        VerifySupplyAccountJson.Default,
        CreateSupplyAccountJson.Default,
        ListSupplyAccountsJson.Default,
        GetSupplyAccountJson.Default,
        ActivateSupplyAccountJson.Default,
        SuspendSupplyAccountJson.Default,
        ListSupplyAccountAuditLogsJson.Default,

        SaveSupplyPackageDraftJson.Default,
        PublishSupplyPackageJson.Default,
        PauseSupplyPackageJson.Default,
        UnlistSupplyPackageJson.Default,
        BatchUpdateSupplyPackagePriceJson.Default,
        CloneSupplyPackageJson.Default,
        ListSupplyPackagesJson.Default,
        GetSupplyPackageJson.Default,

        ListSupplySubscriptionsJson.Default,
        ApproveSupplySubscriptionJson.Default,
        RejectSupplySubscriptionJson.Default,

        GetSupplyBillingJson.Default,
        GetSupplierBillingAliasJson.Default,
        ListSupplyEarningRecordsJson.Default,
        GetSupplyBalanceJson.Default,

        SendSupplySettlementCodeJson.Default,
        CreateSupplySettlementWithdrawJson.Default,
        CancelSupplySettlementWithdrawJson.Default,
        ListSupplySettlementsJson.Default,
        GetSupplySettlementJson.Default,
        DownloadSupplySettlementStatementJson.Default);

    internal static void Add(
        IServiceCollection services,
        EarningTerms earnings, WithdrawalTerms withdrawals, StatementOrigin origin) => services
        .AddSingleton(earnings)
        .AddSingleton(withdrawals)
        .AddSingleton(origin)
        .AddSingleton<StatementLinks>()
        .AddSingleton<AccountCheck>()
        .AddSingleton<WithdrawalCode>()
        .AddSingleton<CodeSender>();

    public static void Map(IEndpointRouteBuilder app)
    {
        var supply = app.MapGroup("/api/v1/supply").ForSuppliers();

        VerifySupplyAccount.Map(supply);
        CreateSupplyAccount.Map(supply);
        ListSupplyAccounts.Map(supply);
        GetSupplyAccount.Map(supply);
        ActivateSupplyAccount.Map(supply);
        SuspendSupplyAccount.Map(supply);
        DeleteSupplyAccount.Map(supply);
        ListSupplyAccountAuditLogs.Map(supply);

        SaveSupplyPackageDraft.Map(supply);
        PublishSupplyPackage.Map(supply);
        PauseSupplyPackage.Map(supply);
        UnlistSupplyPackage.Map(supply);
        BatchUpdateSupplyPackagePrice.Map(supply);
        CloneSupplyPackage.Map(supply);
        ListSupplyPackages.Map(supply);
        GetSupplyPackage.Map(supply);

        ListSupplySubscriptions.Map(supply);
        ApproveSupplySubscription.Map(supply);
        RejectSupplySubscription.Map(supply);

        GetSupplyBilling.Map(supply);
        GetSupplierBillingAlias.Map(app.MapGroup("/api/v1/supplier").ForSuppliers());
        ListSupplyEarningRecords.Map(supply);
        GetSupplyBalance.Map(supply);

        SendSupplySettlementCode.Map(supply);
        CreateSupplySettlementWithdraw.Map(supply);
        CancelSupplySettlementWithdraw.Map(supply);
        ListSupplySettlements.Map(supply);
        GetSupplySettlement.Map(supply);
        DownloadSupplySettlementStatement.Map(supply);
        GetSupplySettlementStatementFile.Map(app.MapGroup("/api/v1/supply").ForEveryone());
    }
}

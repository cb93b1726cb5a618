namespace SupplyApi.Tests.Admin;

public sealed class GetSettlementPaymentAccountTests : ApiTest
{
    [Fact]
    public async Task Shows_it_in_full_only_while_it_is_to_be_paid()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        var admin = await Actors.AdminAsync();
        var path = $"/api/settlements/{settlement}/payment-account";
        await admin.Get(path);
        await Api.DecideAsync(settlement, "process");
        await admin.Get(path);
        await Api.DecideAsync(settlement, "complete");
        await admin.Get(path);
        await admin.Get("/api/settlements/9000000000/payment-account");

        Transcript.Matches();
        Assert.Contains(
            await Trail.AuditAsync(Api.Database, "supply_settlement", settlement),
            one => one.Action == "supply.settlement.payment_account.view" && one.OperatorId == admin.Id);
    }
}

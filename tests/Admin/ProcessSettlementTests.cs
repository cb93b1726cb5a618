namespace SupplyApi.Tests.Admin;

public sealed class ProcessSettlementTests : ApiTest
{
    [Fact]
    public async Task Begins_to_pay_once()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        var admin = await Actors.AdminAsync();
        await admin.Post($"/api/settlements/{settlement}/process");
        await admin.Post($"/api/settlements/{settlement}/process");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "supply_settlement", settlement))[^1];
        Assert.Equal(("supply.settlement.process", admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains(
            await Trail.OutboxAsync(Api.Database, "settlement_id", settlement),
            static one => one.Name == "supply.settlement.process.success");
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        await (await Actors.AdminAsync()).Post("/api/settlements/9000000000/process");

        Transcript.Matches();
    }
}

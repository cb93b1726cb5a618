namespace SupplyApi.Tests.Supply.Settlements;

public sealed class GetSupplySettlementTests : ApiTest
{
    [Fact]
    public async Task Tells_how_it_went()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        await Api.DecideAsync(settlement, "process");
        await supplier.Get($"/api/v1/supply/settlements/{settlement}");
        await Api.DecideAsync(settlement, "fail");
        await supplier.Get($"/api/v1/supply/settlements/{settlement}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        await (await Actors.SupplierAsync()).Get("/api/v1/supply/settlements/9000000000");

        Transcript.Matches();
    }
}

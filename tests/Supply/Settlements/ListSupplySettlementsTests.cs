namespace SupplyApi.Tests.Supply.Settlements;

public sealed class ListSupplySettlementsTests : ApiTest
{
    private const string Path = "/api/v1/supply/settlements";

    [Fact]
    public async Task Lists_mine_in_any_state()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        await supplier.Get(Path);
        var settlement = await supplier.WithdrawAsync(10);
        await supplier.Get(Path);
        await Api.DecideAsync(settlement, "process", "complete");
        await supplier.Get($"{Path}?status=completed");
        await supplier.Get($"{Path}?status=pending");
        await (await Actors.SupplierAsync()).Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Path}?status=paid");
        await supplier.Get($"{Path}?page=0");
        await supplier.Get($"{Path}?page_size=201");

        Transcript.Matches();
    }
}

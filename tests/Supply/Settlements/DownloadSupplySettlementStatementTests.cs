namespace SupplyApi.Tests.Supply.Settlements;

public sealed class DownloadSupplySettlementStatementTests : ApiTest
{
    [Fact]
    public async Task Says_where_the_statement_is()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        await supplier.Get($"/api/v1/supply/settlements/{settlement}/statement");

        Transcript.Matches();
        Assert.Contains(
            await Trail.AuditAsync(Api.Database, "supply_settlement", settlement),
            one => one.Action == "supply.settlement.statement.export" && one.OperatorId == supplier.Id);
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        await (await Actors.SupplierAsync()).Get("/api/v1/supply/settlements/9000000000/statement");

        Transcript.Matches();
    }

    [Fact]
    public async Task Names_the_public_address_where_one_is_set()
    {
        await using var api = await SupplyApiProcess.StartAsync(
            new() { ["Supply__PublicUrl"] = "https://supply.example.com" });
        var supplier = await new Actors(api, null).SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        var links = await supplier.Get($"/api/v1/supply/settlements/{settlement}/statement");

        Assert.StartsWith(
            $"https://supply.example.com/api/v1/supply/settlements/{settlement}/statement/file?format=csv&",
            links.Text("data.download_url"),
            StringComparison.Ordinal);
    }
}

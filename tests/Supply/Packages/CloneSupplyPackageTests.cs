namespace SupplyApi.Tests.Supply.Packages;

public sealed class CloneSupplyPackageTests : ApiTest
{
    [Fact]
    public async Task Makes_a_draft_with_the_whole_quota()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=10,5")).Expect(200);
        await sale.ChargedAsync();
        await sale.Supplier.Get($"/api/v1/supply/packages/{sale.Package}");
        var clone = await sale.Supplier.Post(PathOf(sale.Package));
        await sale.Supplier.Post(PathOf(9_000_000_000));

        Transcript.Matches();
        var deed = Assert.Single(await PackageRows.TrailAsync(Api.Database, clone.Number("data.package_id")));
        Assert.Equal(("supply.package.clone", sale.Supplier.Id), (deed.Action, deed.OperatorId));
        Assert.Equal(sale.Package, deed.After!["cloned_from"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("active")]
    [InlineData("paused")]
    [InlineData("sold_out")]
    [InlineData("expired")]
    public async Task Of_every_state(string state)
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var package = state == "sold_out"
            ? await Sale.SoldOutAsync(Actors, supplier, account)
            : await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        var path = $"/api/v1/supply/packages/{package}";
        if (state is "active" or "paused" or "expired") (await supplier.Post($"{path}/publish")).Expect(200);
        if (state == "paused") (await supplier.Post($"{path}/pause")).Expect(200);
        if (state == "expired") (await supplier.Post($"{path}/unlist")).Expect(200);

        var clone = (await supplier.Post($"{path}/clone")).Expect(201);
        Assert.Equal("draft", clone.Text("data.status"));
        Assert.Equal(state, (await supplier.Get(path)).Expect(200).Text("data.status"));
        var copy = clone.Number("data.package_id");
        (await supplier.Post($"/api/v1/supply/packages/{copy}/publish")).Expect(200);
    }

    private static string PathOf(long package) => $"/api/v1/supply/packages/{package}/clone";
}

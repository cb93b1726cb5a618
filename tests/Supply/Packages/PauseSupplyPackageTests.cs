namespace SupplyApi.Tests.Supply.Packages;

public sealed class PauseSupplyPackageTests : ApiTest
{
    [Fact]
    public async Task Takes_a_package_off_sale_and_publishing_brings_it_back()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Supplier.Post(PathOf(sale.Package));
        await sale.Supplier.Post(PathOf(sale.Package));

        Transcript.Matches();
        await sale.BuyingAnswersAsync(404, "!tokens=1,1", seconds: 3);
        (await sale.Supplier.Post($"/api/v1/supply/packages/{sale.Package}/publish")).Expect(200);
        (await sale.BuyAsync("!tokens=1,1")).Expect(200);
    }

    [Fact]
    public async Task Refuses_every_other_state()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var draft = await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        var soldOut = await Sale.SoldOutAsync(Actors, supplier, account);
        var expired = await supplier.PublishPackageAsync(Actors.Unique("model"), account);
        (await supplier.Quietly().Post($"/api/v1/supply/packages/{expired}/unlist")).Expect(200);
        await supplier.Post(PathOf(draft));
        await supplier.Post(PathOf(soldOut));
        await supplier.Post(PathOf(expired));
        await supplier.Post(PathOf(9_000_000_000));

        Transcript.Matches();
    }

    [Fact]
    public async Task Lets_a_running_call_finish()
    {
        var sale = await Sale.MakeAsync(Actors);
        using var response = await sale.Consumer.OpenChatAsync(sale.Model, "!chunks=20 !slow=25 !tokens=10,20");
        (await sale.Supplier.Quietly().Post(PathOf(sale.Package))).Expect(200);
        var stream = await response.Content.ReadAsStringAsync();

        Assert.EndsWith("data: [DONE]\n\n", stream, StringComparison.Ordinal);
        Assert.Equal((10 * Sale.PerInputToken) + (20 * Sale.PerOutputToken), await sale.ChargedAsync());
    }

    [Fact]
    public async Task Is_on_record()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await sale.Supplier.With("X-Request-Id", "pausing-it").Post(PathOf(sale.Package))).Expect(200);
        var deed = (await PackageRows.TrailAsync(Api.Database, sale.Package))[^1];

        Assert.Equal(
            ("supply.package.pause", sale.Supplier.Id, "pausing-it"), (deed.Action, deed.OperatorId, deed.RequestId));
        Assert.Equal(("active", "paused"), deed.Status);
        Assert.Contains("supply.package.pause.success", await PackageRows.OutboxAsync(Api.Database, sale.Package));
    }

    private static string PathOf(long package) => $"/api/v1/supply/packages/{package}/pause";
}

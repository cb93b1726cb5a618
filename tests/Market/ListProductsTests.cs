namespace SupplyApi.Tests.Market;

public sealed class ListProductsTests : ApiTest
{
    private const string Path = "/api/v1/products";

    [Fact]
    public async Task Lists_what_somebody_offers_by_name()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var actors = new Actors(api, Transcript);
        var user = await actors.UserAsync();
        await user.Get(Path);
        var supplier = await actors.SupplierAsync();
        var claude = await supplier.MountAccountAsync("anthropic");
        await supplier.PublishPackageAsync("beta-large", offer: new Offer(PriceInput: 3, PriceOutput: 15));
        await supplier.PublishPackageAsync("beta-large", claude, new Offer(PriceInput: 4.25m, PriceOutput: 12));
        await supplier.PublishPackageAsync("alpha-small");
        await supplier.DraftPackageAsync(claude, "a-draft");
        await PlatformChannel.SellAsync(actors, "gamma-image", """{ "quota_type": 1, "request_price": "0.04" }""");
        await user.Get(Path);
        await user.Get($"{Path}?page=2&size=2");
        await user.Get($"{Path}?model=BETA");
        await user.Get($"{Path}?provider=anthropic");
        await user.Get($"{Path}?model=beta&provider=gemini");
        await user.Get($"{Path}?model=beta_large");

        Transcript.Matches();
    }

    [Fact]
    public async Task Leaves_out_what_nobody_offers_any_more()
    {
        var (paused, suspended) = (await Offering.MakeAsync(Actors), await Offering.MakeAsync(Actors));
        var user = (await Actors.UserAsync()).Quietly();
        foreach (var offering in (Offering[])[paused, suspended])
            Assert.Equal(1, (await user.Get($"{Path}?model={offering.Model}")).Number("totalElements"));

        await paused.PackageAsync("pause");
        (await suspended.Supplier.Quietly().Post($"/api/v1/supply/accounts/{suspended.Account}/suspend")).Expect(200);
        foreach (var offering in (Offering[])[paused, suspended])
            Assert.Equal(0, (await user.Get($"{Path}?model={offering.Model}")).Number("totalElements"));

        await paused.PackageAsync("publish");
        Assert.Equal(1, (await user.Get($"{Path}?model={paused.Model}")).Number("totalElements"));
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var user = await Actors.UserAsync();
        await user.Get($"{Path}?page=0");
        await user.Get($"{Path}?size=101");
        await user.Get($"{Path}?provider=nobody");
        await user.Get($"{Path}?model=");
        await user.Get($"{Path}?model={new string('m', 101)}");

        Transcript.Matches();
        Assert.Equal(400, (await user.Quietly().Get($"{Path}?model=a%00b")).Status);
    }
}

namespace SupplyApi.Tests.Market;

public sealed class GetProductTests : ApiTest
{
    [Fact]
    public async Task Shows_its_plans_the_cheapest_first()
    {
        var offering = await Offering.MakeAsync(
            Actors, new Offer(PriceInput: 1, PriceOutput: 2.5m, MaxConcurrent: 3, RateLimitRpm: 30));
        var another = await Actors.SupplierAsync();
        var account = await another.MountAccountAsync("anthropic");
        await another.PublishPackageAsync(offering.Model, account, new Offer(PriceInput: 0.000001m, PriceOutput: 2));
        await PlatformChannel.SellAsync(Actors, offering.Model, """{ "output_price": "0.75" }""", "gemini");
        var paused = await another.PublishPackageAsync(offering.Model, account);
        (await another.Quietly().Post($"/api/v1/supply/packages/{paused}/pause")).Expect(200);
        await another.DraftPackageAsync(account, offering.Model);
        await (await Actors.UserAsync()).Get($"/api/v1/products/{offering.Product}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_also_what_nobody_offers_right_now()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var user = await Actors.UserAsync();
        await user.Get($"/api/v1/products/{offering.Product}");
        await offering.PackageAsync("unlist");
        await user.Get($"/api/v1/products/{offering.Product}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Has_auto_alone_where_only_the_platform_sells()
    {
        var model = Actors.Unique("model");
        await PlatformChannel.SellAsync(Actors, model, """{ "quota_type": 1, "request_price": "0.04" }""");
        var user = await Actors.UserAsync();
        await user.Get($"/api/v1/products/{await Offering.ProductOfAsync(user, model)}");

        Transcript.Matches();
    }

    // Whatever a supplier is known by is nobody's business here.
    [Fact]
    public async Task Tells_nothing_of_the_supplier()
    {
        var offering = await Offering.MakeAsync(Actors, new Offer(Quota: 76_543));
        var answer = await (await Actors.UserAsync()).Quietly().Get($"/api/v1/products/{offering.Product}");

        foreach (var word in (string[])["supplier", "account", "tenant", "quota", "76543", offering.Supplier.Username])
            Assert.DoesNotContain(word, answer.Expect(200).Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var user = await Actors.UserAsync();
        foreach (var id in (string[])
            ["prod_9000000000", "prod_0", "prod_-1", "prod_", "12", "pkg_1", "prod_99999999999999999999", "PROD_1"])
            await user.Get($"/api/v1/products/{id}");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Market;

/// <summary>What is said of a product counts; where nothing is said of it, the platform's one switch does.</summary>
public sealed class PoliciesDecideWhoWaits : OwnProcessTest
{
    [Theory]
    [InlineData(null, null, "ACTIVE")]
    [InlineData(null, true, "ACTIVE")]
    [InlineData(null, false, "PENDING")]
    [InlineData(true, null, "ACTIVE")]
    [InlineData(true, true, "ACTIVE")]
    [InlineData(true, false, "ACTIVE")]
    [InlineData(false, null, "PENDING")]
    [InlineData(false, true, "PENDING")]
    [InlineData(false, false, "PENDING")]
    public async Task Product_before_platform(bool? product, bool? platform, string status)
    {
        var founder = await Api.FounderAsync();
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        if (platform is { } isOn)
        {
            var body = $$"""{ "auto_approve": {{(isOn ? "true" : "false")}} }""";
            (await founder.Put("/api/subscription-policy", body)).Expect(200);
        }

        if (product is not null) await offering.AutoApproveAsync(product);
        var shown = (await consumer.Owner.Quietly().Get($"/api/v1/products/{offering.Product}")).Expect(200);
        Assert.Equal(status == "ACTIVE", shown.At("autoApprove")!.GetValue<bool>());
        Assert.Equal(status, await consumer.StatusAsync(await consumer.SubscribedAsync(offering)));
    }

    [Fact]
    public async Task A_product_goes_back_to_the_platforms_switch()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var (one, another) = (await Subscriber.MakeAsync(Actors), await Subscriber.MakeAsync(Actors));
        var waiting = await one.SubscribedAsync(offering);
        await offering.AutoApproveAsync(null);

        Assert.Equal("ACTIVE", await another.StatusAsync(await another.SubscribedAsync(offering)));
        Assert.Equal("PENDING", await one.StatusAsync(waiting));
    }
}

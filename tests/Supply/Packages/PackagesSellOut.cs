namespace SupplyApi.Tests.Supply.Packages;

/// <summary>
/// What cannot carry a small call (1,000 tokens in, 1,000 out) any more leaves the market by itself. At the prices of
/// these tests that is below 3.
/// </summary>
public sealed class PackagesSellOut : ApiTest
{
    private static readonly Offer Ten = new(10, Sale.PerInputToken * 1_000_000, Sale.PerOutputToken * 1_000_000);

    [Fact]
    public async Task When_a_small_call_is_too_much()
    {
        var sale = await Sale.MakeAsync(Actors, Ten);
        await BuyAsync(sale, "!tokens=1000,3000");
        await sale.Supplier.Get($"/api/v1/supply/packages/{sale.Package}");
        await BuyAsync(sale, "!tokens=1,0");
        await sale.Supplier.Get($"/api/v1/supply/packages/{sale.Package}");
        // The gateway is told a moment later, and has nothing to sell until then.
        await sale.BuyingAnswersAsync(404);
        await sale.Consumer.ChatAsync(sale.Model);
        await sale.Supplier.Post($"/api/v1/supply/packages/{sale.Package}/publish");
        var clone = (await sale.Supplier.Post($"/api/v1/supply/packages/{sale.Package}/clone")).Expect(201);
        await sale.Supplier.Post($"/api/v1/supply/packages/{clone.Number("data.package_id")}/publish");

        Transcript.Matches();
        (await sale.BuyAsync("!tokens=1,1")).Expect(200);
    }

    [Fact]
    public async Task Once_and_on_record_in_the_platforms_name()
    {
        var sale = await Sale.MakeAsync(Actors, Ten);
        await BuyAsync(sale, "!tokens=1000,3001");
        var deed = (await PackageRows.TrailAsync(Api.Database, sale.Package))[^1];

        Assert.Equal(("supply.package.sold_out", 0), (deed.Action, deed.OperatorId));
        Assert.Equal(("active", "sold_out"), deed.Status);
        Assert.Matches("^settle_[0-9a-f]{32}$", deed.RequestId);
        Assert.Single(
            await PackageRows.OutboxAsync(Api.Database, sale.Package),
            static name => name == "supply.package.sold_out.success");
    }

    [Theory]
    [InlineData(10, "sold_out")]
    [InlineData(11, "active")]
    public async Task Not_before_the_last_call_under_way_has_paid(int quota, string then)
    {
        var sale = await Sale.MakeAsync(Actors, Ten with { Quota = quota });
        using var response = await sale.Consumer.OpenChatAsync(sale.Model, "!chunks=20 !slow=150 !tokens=10,20");
        await BuyAsync(sale, "!tokens=1000,3000");
        Assert.Equal("active", await StatusAsync(sale));
        await response.Content.ReadAsStringAsync();

        await sale.ChargedAsync(calls: 2);
        Assert.Equal(then, await StatusAsync(sale));
    }

    [Fact]
    public async Task When_paused_too()
    {
        var sale = await Sale.MakeAsync(Actors, Ten);
        using var response = await sale.Consumer.OpenChatAsync(sale.Model, "!chunks=20 !slow=150 !tokens=10,4000");
        (await sale.Supplier.Quietly().Post($"/api/v1/supply/packages/{sale.Package}/pause")).Expect(200);
        await response.Content.ReadAsStringAsync();

        await sale.ChargedAsync();
        Assert.Equal("sold_out", await StatusAsync(sale));
        Assert.Equal(("paused", "sold_out"), (await PackageRows.TrailAsync(Api.Database, sale.Package))[^1].Status);
    }

    [Fact]
    public async Task But_never_when_they_are_free()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(0.000000001m, 0, 0));
        await BuyAsync(sale, "!tokens=1000,3000");

        Assert.Equal("active", await StatusAsync(sale));
    }

    [Fact]
    public async Task And_sell_no_more_than_they_have()
    {
        var sale = await Sale.MakeAsync(Actors, Ten);
        await BuyAsync(sale, "!tokens=1000,40000");

        Assert.Equal(10, await sale.ChargedAsync());
        await sale.BalanceBecomesAsync(Sale.Balance - 10);
        Assert.Equal("sold_out", await StatusAsync(sale));
        var bill = (await sale.Supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(10, bill.Amount("data.summary.total_revenue"));
    }

    // The hold is small; what goes beyond it is taken from the wallet.
    private async Task BuyAsync(Sale sale, string prompt)
    {
        var chat = Consumer.Chat(sale.Model, prompt, "\"max_tokens\": 1");
        await UsageRow.PostedAsync(
            Api.Database, (await sale.Consumer.Quietly().Post("/v1/chat/completions", chat)).Expect(200));
    }

    private static async Task<string> StatusAsync(Sale sale) =>
        (await sale.Supplier.Quietly().Get($"/api/v1/supply/packages/{sale.Package}")).Expect(200).Text("data.status");
}

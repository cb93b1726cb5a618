using System.Globalization;

namespace SupplyApi.Tests.Gateway;

/// <summary>The cheapest first, another before the first byte only, and who served is who earns.</summary>
public sealed class SuppliersAreTriedInTurn : ApiTest
{
    private const decimal CheapPerToken = 0.001m;
    private const decimal DearPerToken = 0.003m;

    private Consumer consumer = null!;
    private Seller cheap = null!;
    private Seller dear = null!;
    private string model = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        model = Actors.Unique("model");
        consumer = await Actors.ConsumerAsync();
        dear = await SellAsync(DearPerToken);
        cheap = await SellAsync(CheapPerToken);
    }

    [Fact]
    public async Task The_cheapest_serves()
    {
        (await ChatAsync("!tokens=10,5")).Expect(200);
        await ServedAsync(cheap, 15 * CheapPerToken, cheapCalls: 1, dearCalls: 0);
    }

    [Theory]
    [InlineData("!status=401")]
    [InlineData("!status=403")]
    [InlineData("!status=404")]
    [InlineData("!status=429")]
    [InlineData("!status=500")]
    [InlineData("!status=503")]
    [InlineData("!quota")]
    [InlineData("!cut=0")]
    [InlineData("!garbage")]
    public async Task Another_serves_what_the_first_could_not(string fault)
    {
        // The fault holds for the first request with this text: the second supplier meets none.
        var answer = (await ChatAsync($"{fault} !times=1 {model}")).Expect(200);
        var tokens = answer.Number("usage.total_tokens");
        Assert.InRange(tokens, 2, 100);
        await ServedAsync(dear, tokens * DearPerToken, cheapCalls: 1, dearCalls: 1);
    }

    [Fact]
    public async Task Another_serves_what_is_free_too()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "anthropic");
        await sale.Supplier.PublishPackageAsync(sale.Model, sale.Account, new Offer(PriceOutput: 5000));
        var caller = sale.Consumer.Quietly().Explained();
        await Eventually.Async(
            () => Way.MessageTokens.CallAsync(caller, sale.Model, $"!status=500 !times=1 {Guid.NewGuid():n}"),
            one => one.Status == 200 && Routes.Of(one).Contains("tried:500", StringComparison.Ordinal),
            "the first fails and the other counts");
    }

    [Fact]
    public async Task Another_serves_what_the_first_has_no_quota_for()
    {
        var small = await SellAsync(CheapPerToken / 2, quota: 0.001m);
        (await ChatAsync("!tokens=10,5")).Expect(200);
        await ServedAsync(cheap, 15 * CheapPerToken, cheapCalls: 1, dearCalls: 0);
        Assert.Equal(0, await CallsAsync(small));
    }

    [Fact]
    public async Task The_callers_own_mistake_is_tried_once()
    {
        Assert.Equal(400, (await ChatAsync("!status=400")).Status);
        await ServedAsync(cheap, 0, cheapCalls: 1, dearCalls: 0);
    }

    [Fact]
    public async Task After_the_first_byte_nobody_else_is_asked()
    {
        var chat = Consumer.StreamedChat(model, "!chunks=9 !cut=3 !tokens=10,500");
        Assert.Equal(200, (await consumer.MayBeCut().Quietly().Post("/v1/chat/completions", chat)).Status);
        await SettledAsync();
        Assert.Equal((1, 0), (await CallsAsync(cheap), await CallsAsync(dear)));
    }

    [Fact]
    public async Task Nobody_pays_when_nobody_could()
    {
        Assert.Equal(502, (await ChatAsync("!status=500")).Status);
        Assert.Equal((1, 1), (await CallsAsync(cheap), await CallsAsync(dear)));
        Assert.Equal(Sale.Balance, await consumer.BalanceAsync());
    }

    private Task<Answer> ChatAsync(string prompt) =>
        consumer.Quietly().Post("/v1/chat/completions", Consumer.Chat(model, prompt, "\"max_tokens\": 100"));

    private async Task<Seller> SellAsync(decimal perToken, decimal quota = 1000)
    {
        var supplier = await Actors.SupplierAsync();
        var credential = Supplier.CredentialOf("openai");
        var account = await supplier.MountAccountAsync(credential: credential);
        var price = perToken * 1_000_000;
        var package = await supplier.PublishPackageAsync(model, account, new Offer(quota, price, price));
        await Routes.FirstBecomesAsync(Actors, model, package);
        return new Seller(supplier, credential);
    }

    private async Task ServedAsync(Seller seller, decimal cost, int cheapCalls, int dearCalls)
    {
        var paid = Sale.Balance - cost;
        await Eventually.Async(
            consumer.BalanceAsync, seen => seen == paid, $"a balance of {paid.ToString(CultureInfo.InvariantCulture)}");
        Assert.Equal((cheapCalls, dearCalls), (await CallsAsync(cheap), await CallsAsync(dear)));
        foreach (var one in (Seller[])[cheap, dear])
            Assert.Equal(one == seller ? cost : 0, await RevenueAsync(one));
    }

    private async Task SettledAsync() => await Eventually.Async(
        async () => (await consumer.Console.Quietly().Get("/api/user/api-keys")).Expect(200),
        static keys => keys.Number("0.usage.request_count") == 1,
        "the call is settled");

    private static async Task<decimal> RevenueAsync(Seller seller)
    {
        var bill = await seller.Supplier.Quietly().Get("/api/v1/supply/billing");
        return bill.Expect(200).Amount("data.summary.total_revenue");
    }

    private static async Task<int> CallsAsync(Seller seller)
    {
        var upstream = await Suite.UpstreamAsync();
        return (await upstream.CallsAsync(seller.Credential)).Count(static one => one.IsCompletion);
    }

    private sealed record Seller(Supplier Supplier, string Credential);
}

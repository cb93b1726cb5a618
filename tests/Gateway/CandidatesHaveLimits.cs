using System.Globalization;

namespace SupplyApi.Tests.Gateway;

/// <summary>A package takes so many calls at once, and so many in a minute; the next one is another's.</summary>
public sealed class CandidatesHaveLimits : ApiTest
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task At_once()
    {
        var sale = await Sale.MakeAsync(Actors, Offer(atOnce: 1));
        using (await HoldAsync(sale))
        {
            var refused = await CallAsync(sale);
            Assert.Equal((429, "rate_limited"), (refused.Status, refused.Text("error.code")));
            Assert.Equal("1", refused.Header("Retry-After"));
            Assert.Equal($"rule=cheapest; package/{sale.Package}=slots", Routes.Of(refused));
        }

        await Eventually.Async(() => CallAsync(sale), static one => one.Status == 200, "room for another call");
        // Once an answer is there its place is free again.
        for (var call = 0; call < 5; call++) (await CallAsync(sale)).Expect(200);
    }

    [Fact]
    public async Task At_once_with_another_beside_it()
    {
        var sale = await Sale.MakeAsync(Actors, Offer(atOnce: 1));
        var dear = await sale.Supplier.PublishPackageAsync(
            sale.Model, sale.Account, new Offer(PriceInput: 5000, PriceOutput: 5000));
        await Routes.FirstBecomesAsync(Actors, sale.Model, sale.Package);
        using (await HoldAsync(sale))
        {
            await Eventually.Async(
                () => CallAsync(sale), one => one.Status == 200, "the other package is known");
            var route = Routes.Of(await CallAsync(sale));
            Assert.Equal($"rule=cheapest; package/{sale.Package}=slots; package/{dear}=chosen", route);
        }
    }

    [Fact]
    public async Task In_a_minute()
    {
        var sale = await Sale.MakeAsync(Actors, Offer(inAMinute: 3));
        for (var call = 0; call < 3; call++) (await CallAsync(sale)).Expect(200);
        var refused = await CallAsync(sale);
        Assert.Equal((429, $"rule=cheapest; package/{sale.Package}=rate"), (refused.Status, Routes.Of(refused)));
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(3, (await CompletionsAsync(sale)).Count());
    }

    [Fact]
    public async Task Calls_that_nobody_could_pay_do_not_count()
    {
        var sale = await Sale.MakeAsync(Actors, Offer(inAMinute: 1));
        var poor = await Actors.ConsumerAsync(0);
        for (var call = 0; call < 3; call++)
            Assert.Equal(402, (await CallAsync(sale with { Consumer = poor })).Status);
        (await CallAsync(sale)).Expect(200);
    }

    private static Offer Offer(int atOnce = 100, int inAMinute = 10_000) => new(
        PriceInput: Sale.PerInputToken * 1_000_000, PriceOutput: Sale.PerOutputToken * 1_000_000,
        MaxConcurrent: atOnce, RateLimitRpm: inAMinute);

    private static Task<Answer> CallAsync(Sale sale) =>
        sale.Consumer.Quietly().Explained().Post(Path, Consumer.Chat(sale.Model, "Hello.", "\"max_tokens\": 100"));

    /// <summary>A call that goes on until it is left.</summary>
    private static async Task<HttpResponseMessage> HoldAsync(Sale sale)
    {
        var response = await sale.Consumer.OpenChatAsync(sale.Model, "!stall=2");
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }

    private static async Task<IEnumerable<UpstreamCall>> CompletionsAsync(Sale sale)
    {
        var upstream = await Suite.UpstreamAsync();
        return (await upstream.CallsAsync(sale.Credential)).Where(static one => one.IsCompletion);
    }
}

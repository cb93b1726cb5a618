using System.Globalization;

namespace SupplyApi.Tests.Gateway;

/// <summary>Who fails five times in a row is not asked for a while, who asks for a pause gets it.</summary>
public sealed class ProvidersAreLeftAlone : ApiTest
{
    [Theory]
    [InlineData("!status=500")]
    [InlineData("!status=401")]
    [InlineData("!cut=0")]
    public async Task After_five_failures_in_a_row(string fault)
    {
        var sale = await Sale.MakeAsync(Actors);
        for (var call = 0; call < 5; call++) Assert.Equal(502, (await CallAsync(sale, fault)).Status);
        var refused = await CallAsync(sale, "Hello.");
        Assert.Equal((503, "no_capacity"), (refused.Status, refused.Text("error.code")));
        Assert.InRange(WaitOf(refused), 1, 5);
        Assert.Equal($"rule=cheapest; package/{sale.Package}=breaker", Routes.Of(refused));
        Assert.Equal(5, await CompletionsAsync(sale));

        // A probe goes through after five seconds, and its success lets everybody in.
        await Eventually.Async(() => CallAsync(sale, "Hello."), static one => one.Status == 200, "a probe");
        for (var call = 0; call < 3; call++) (await CallAsync(sale, "Hello.")).Expect(200);
    }

    [Theory]
    [InlineData("!status=400", 400)]
    [InlineData("!status=404", 404)]
    [InlineData("!status=413", 413)]
    [InlineData("!status=422", 400)]
    public async Task But_not_for_what_the_caller_did(string fault, int status)
    {
        var sale = await Sale.MakeAsync(Actors);
        for (var call = 0; call < 6; call++) Assert.Equal(status, (await CallAsync(sale, fault)).Status);
        (await CallAsync(sale, "Hello.")).Expect(200);
    }

    [Fact]
    public async Task As_long_as_the_provider_wants()
    {
        var sale = await Sale.MakeAsync(Actors);
        var told = await CallAsync(sale, "!status=429");
        Assert.Equal((429, 2), (told.Status, WaitOf(told)));
        var refused = await CallAsync(sale, "Hello.");
        Assert.Equal((429, "rate_limited"), (refused.Status, refused.Text("error.code")));
        Assert.InRange(WaitOf(refused), 1, 2);
        Assert.Equal($"rule=cheapest; package/{sale.Package}=busy", Routes.Of(refused));
        Assert.Equal(1, await CompletionsAsync(sale));

        await Eventually.Async(() => CallAsync(sale, "Hello."), static one => one.Status == 200, "the pause is over");
    }

    [Fact]
    public async Task While_another_serves()
    {
        var sale = await Sale.MakeAsync(Actors);
        var dear = await sale.Supplier.PublishPackageAsync(
            sale.Model, sale.Account, new Offer(PriceInput: 5000, PriceOutput: 5000));
        await Eventually.Async(
            () => CallAsync(sale, $"!status=500 !times=1 {Guid.NewGuid():n}"),
            one => Routes.Of(one).Contains($"package/{sale.Package}=breaker", StringComparison.Ordinal),
            "the first package is passed over");
        await Eventually.Async(
            () => CallAsync(sale, "Hello."),
            one => one.Status == 200
                && Routes.Of(one) == $"rule=cheapest; package/{sale.Package}=breaker; package/{dear}=chosen",
            "the other package serves");
    }

    private static Task<Answer> CallAsync(Sale sale, string prompt) => sale.Consumer.Quietly().Explained()
        .Post("/v1/chat/completions", Consumer.Chat(sale.Model, prompt, "\"max_tokens\": 100"));

    private static int WaitOf(Answer answer) =>
        int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture);

    private static async Task<int> CompletionsAsync(Sale sale)
    {
        var upstream = await Suite.UpstreamAsync();
        return (await upstream.CallsAsync(sale.Credential)).Count(static one => one.IsCompletion);
    }
}

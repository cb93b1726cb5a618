namespace SupplyApi.Tests.Gateway;

/// <summary>The rule that an administrator set, as calls meet it; WalksFollowTheRule has each one of them.</summary>
public sealed class TheRuleDecides : OwnProcessTest
{
    [Fact]
    public async Task Whose_turn_it_is()
    {
        var (sale, packages) = await ThreeAsync();
        var served = new List<string>();
        await RuleBecomesAsync(sale, "round_robin");
        for (var call = 0; call < 6; call++) served.Add(await ServedByAsync(sale));
        Assert.Equal(packages.Concat(packages).Order(), served.Order());
        Assert.Equal(served[..3], served[3..]);

        await RuleBecomesAsync(sale, "cheapest");
        Assert.Equal($"package/{sale.Package}", await ServedByAsync(sale));
    }

    [Fact]
    public async Task Who_was_not_asked_yet_comes_before_who_is_fast()
    {
        var (sale, packages) = await ThreeAsync();
        await RuleBecomesAsync(sale, "least_latency");
        var served = new HashSet<string>();
        for (var call = 0; call < 3; call++) served.Add(await ServedByAsync(sale));
        Assert.Subset(packages.ToHashSet(), served);
        Assert.True(served.Count > 1, string.Join(' ', served));
    }

    private async Task<(Sale Sale, IReadOnlyList<string> Packages)> ThreeAsync()
    {
        var sale = await Sale.MakeAsync(Actors);
        var dear = new Offer(PriceInput: 5000, PriceOutput: 5000);
        var second = await sale.Supplier.PublishPackageAsync(sale.Model, sale.Account, dear);
        var third = await sale.Supplier.PublishPackageAsync(sale.Model, sale.Account, dear);
        return (sale, [$"package/{sale.Package}", $"package/{second}", $"package/{third}"]);
    }

    // A snapshot with the new rule was loaded after all three were published.
    private async Task RuleBecomesAsync(Sale sale, string rule)
    {
        (await (await Actors.AdminAsync()).Quietly().Put("/api/routing", $$"""{ "rule": "{{rule}}" }""")).Expect(200);
        var poor = (await Actors.ConsumerAsync(0)).Quietly().Explained();
        await Eventually.Async(
            () => poor.Post("/v1/chat/completions", Consumer.Chat(sale.Model, "Hello.")),
            answer => Routes.Of(answer).StartsWith($"rule={rule};", StringComparison.Ordinal), $"the rule {rule}");
    }

    private static async Task<string> ServedByAsync(Sale sale)
    {
        var answer = await sale.Consumer.Quietly().Explained()
            .Post("/v1/chat/completions", Consumer.Chat(sale.Model, "Hello.", "\"max_tokens\": 100"));
        return Routes.Of(answer.Expect(200)).Split("; ")[^1].Replace("=chosen", "", StringComparison.Ordinal);
    }
}

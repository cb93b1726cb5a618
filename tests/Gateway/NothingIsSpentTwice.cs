namespace SupplyApi.Tests.Gateway;

/// <summary>Forty calls at once, and something that is worth exactly some of them.</summary>
public sealed class NothingIsSpentTwice : ApiTest
{
    private const int Calls = 40;
    private const int Affordable = 13;

    // Input is free, and the answer is as long as it may be: what is held is what it costs.
    private const decimal Cost = 1000 * Sale.PerOutputToken;
    private const string Prompt = "!tokens=1,1000";
    private const string Limit = "\"max_tokens\": 1000";

    private static readonly Offer Plenty = new(PriceInput: 0, PriceOutput: Sale.PerOutputToken * 1_000_000);

    [Fact]
    public async Task Of_a_wallet()
    {
        var sale = await Sale.MakeAsync(Actors, Plenty);
        await sale.Consumer.TopUpAsync(Affordable * Cost);
        await StormAsync(sale, "402 insufficient_balance");
        await sale.BalanceBecomesAsync(0);
    }

    [Fact]
    public async Task Of_a_keys_quota()
    {
        var sale = await Sale.MakeAsync(Actors, Plenty);
        var quota = FormattableString.Invariant($$"""{ "quota_limit": "{{Affordable * Cost}}" }""");
        await sale.Consumer.MakeKeyAsync(quota);
        await StormAsync(sale, "402 key_quota_exceeded");
        await sale.BalanceBecomesAsync(Sale.Balance - (Affordable * Cost));
    }

    [Fact]
    public async Task Of_a_package()
    {
        var sale = await Sale.MakeAsync(Actors, Plenty with { Quota = Affordable * Cost });
        // Who comes when all of it is paid for finds the package sold out.
        await StormAsync(sale, "503 no_capacity", "404 model_not_found");
        await sale.BalanceBecomesAsync(Sale.Balance - (Affordable * Cost));
    }

    private async Task StormAsync(Sale sale, params string[] refusals)
    {
        var chat = Consumer.Chat(sale.Model, Prompt, Limit);
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls)
            .Select(_ => sale.Consumer.Quietly().Post("/v1/chat/completions", chat)));

        Assert.Equal(Affordable, answers.Count(static one => one.Status == 200));
        Assert.All(
            answers.Where(static one => one.Status != 200),
            one => Assert.Contains($"{one.Status} {one.Text("error.code")}", refusals));
        Assert.Equal(Affordable * Cost, await sale.ChargedAsync(Affordable));

        var bill = (await sale.Supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(Affordable * Cost, bill.Amount("data.summary.total_revenue"));
        var check = await Api.RunAsync("check");
        Assert.True(check.ExitCode == 0, string.Join('\n', [.. check.Output, .. check.Errors]));
        Assert.Contains(check.Output, static line => line.StartsWith("ledger: sums to zero", StringComparison.Ordinal));
    }
}

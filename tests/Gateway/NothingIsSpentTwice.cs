using System.Security.Cryptography;

namespace SupplyApi.Tests.Gateway;

/// <summary>Two hundred calls at once, by one process or by two, and something that is worth exactly some.</summary>
public sealed class NothingIsSpentTwice : OwnProcessTest
{
    private const int Calls = 200;
    private const int Affordable = 73;

    // Input is free, and the answer is as long as it may be: what is held is what it costs.
    private const decimal Cost = 1000 * Sale.PerOutputToken;
    private const decimal Wealth = 1000;
    private const string Prompt = "!tokens=1,1000";
    private const string Limit = "\"max_tokens\": 1000";

    private static readonly Offer Plenty = new(
        Quota: 1000, PriceInput: 0, PriceOutput: Sale.PerOutputToken * 1_000_000, MaxConcurrent: 1000);

    private SupplyApiProcess? other;

    protected override Dictionary<string, string> Settings { get; } =
        new() { ["Supply__MasterKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };

    public override async ValueTask DisposeAsync()
    {
        if (other is not null) await other.DisposeAsync();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_a_wallet(int processes)
    {
        var sale = await MakeAsync(processes, Plenty);
        await sale.Consumer.TopUpAsync(Affordable * Cost);
        await StormAsync(sale, "402 insufficient_balance");
        await sale.BalanceBecomesAsync(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_a_keys_quota(int processes)
    {
        var sale = await MakeAsync(processes, Plenty);
        await sale.Consumer.TopUpAsync(Wealth);
        var quota = FormattableString.Invariant($$"""{ "quota_limit": "{{Affordable * Cost}}" }""");
        await sale.Consumer.MakeKeyAsync(quota);
        await StormAsync(sale, "402 key_quota_exceeded");
        await sale.BalanceBecomesAsync(Wealth - (Affordable * Cost));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_a_package(int processes)
    {
        var sale = await MakeAsync(processes, Plenty with { Quota = Affordable * Cost });
        await sale.Consumer.TopUpAsync(Wealth);
        // Who comes when all of it is paid for finds the package sold out.
        await StormAsync(sale, "503 no_capacity", "404 model_not_found");
        await sale.BalanceBecomesAsync(Wealth - (Affordable * Cost));
    }

    private async Task<Sale> MakeAsync(int processes, Offer offer)
    {
        var sale = await Sale.MakeAsync(Actors, offer);
        if (processes == 1) return sale;

        other = await SupplyApiProcess.StartAsync(Settings, Api.Database);
        await sale.OnSaleAsync(sale.Consumer.At(other));
        return sale;
    }

    private async Task StormAsync(Sale sale, params string[] refusals)
    {
        var chat = Consumer.Chat(sale.Model, Prompt, Limit);
        var here = sale.Consumer.Quietly();
        var there = other is null ? here : here.At(other);
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls)
            .Select(call => (call % 2 == 0 ? here : there).Post("/v1/chat/completions", chat)));

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

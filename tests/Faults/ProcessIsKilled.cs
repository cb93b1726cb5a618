namespace SupplyApi.Tests.Faults;

/// <summary>kill -9: no money is lost, none is made, and what was answered is billed.</summary>
public sealed class ProcessIsKilled : IAsyncLifetime
{
    private SupplyApiProcess api = null!;

    public async ValueTask InitializeAsync() => api = await SupplyApiProcess.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task In_the_middle_of_a_stream()
    {
        var sale = await Sale.MakeAsync(new Actors(api, null));
        const string Slowly = "!chunks=200 !slow=20 !tokens=10,1000";
        using (var response = await sale.Consumer.OpenChatAsync(sale.Model, Slowly))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            await Streams.ReadAsync(stream, events: 5);
            await api.KillAsync();
        }

        await api.StartAgainAsync();
        // The rule: nothing, or what had been delivered; never the whole hold.
        var most = (10 * Sale.PerInputToken) + (1000 * Sale.PerOutputToken);
        await Eventually.Async(
            sale.Consumer.BalanceAsync,
            balance => balance > Sale.Balance - most && balance <= Sale.Balance,
            "the hold is back");
        await BalancesAsync();
    }

    [Fact]
    public async Task Right_after_the_answers()
    {
        const int Calls = 20;
        var sale = await Sale.MakeAsync(new Actors(api, null));
        for (var call = 0; call < Calls; call++)
            (await sale.Consumer.ChatAsync(sale.Model, "!tokens=10,5", "\"max_tokens\": 100")).Expect(200);
        await api.KillAsync();

        await api.StartAgainAsync();
        await sale.BalanceBecomesAsync(
            Sale.Balance - (Calls * ((10 * Sale.PerInputToken) + (5 * Sale.PerOutputToken))));
        await BalancesAsync();
    }

    private async Task BalancesAsync()
    {
        var check = await api.RunAsync("check");
        Assert.True(check.ExitCode == 0, string.Join('\n', [.. check.Output, .. check.Errors]));
        Assert.Contains(check.Output, static line => line.Contains("ledger", StringComparison.OrdinalIgnoreCase));
    }
}

namespace SupplyApi.Tests.Faults;

/// <summary>Who leaves pays for what was delivered, and the provider is told to stop.</summary>
public sealed class ClientLeavesMidStream : ApiTest
{
    [Fact]
    public async Task Pays_for_what_was_delivered()
    {
        var sale = await Sale.MakeAsync(Actors);
        const string Slowly = "!chunks=200 !slow=20 !tokens=10,1000";
        using (var response = await sale.Consumer.OpenChatAsync(sale.Model, Slowly))
        {
            Assert.Equal(200, (int)response.StatusCode);
            await using var stream = await response.Content.ReadAsStreamAsync();
            await Streams.ReadAsync(stream, events: 5);
        }

        var charged = await sale.ChargedAsync();
        Assert.InRange(charged, Sale.PerOutputToken, (1000 * Sale.PerOutputToken) - Sale.PerOutputToken);
        await sale.BalanceBecomesAsync(Sale.Balance - charged);

        await Eventually.Async(
            () => CompletionAsync(sale), static completion => completion.ClientLeft, "the provider was told");
    }

    [Fact]
    public async Task Pays_nothing_before_the_first_byte()
    {
        var sale = await Sale.MakeAsync(Actors);
        using var leaving = new CancellationTokenSource();
        var call = sale.Consumer.OpenChatAsync(sale.Model, "!firstbyte=10000", leaving.Token);
        await CompletionAsync(sale);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await Eventually.Async(
            () => CompletionAsync(sale), static completion => completion.ClientLeft, "the provider was told");
        await sale.BalanceBecomesAsync(Sale.Balance);
    }

    private static async Task<UpstreamCall> CompletionAsync(Sale sale)
    {
        var upstream = await Suite.UpstreamAsync();
        var calls = await Eventually.Async(
            () => upstream.CallsAsync(sale.Credential),
            static calls => calls.Any(static one => one.IsCompletion),
            "the call arrives");
        return calls.Single(static one => one.IsCompletion);
    }
}

namespace SupplyApi.Tests.Gateway;

/// <summary>A provider that does not begin, or stops in the middle, is left; nobody pays for silence.</summary>
public sealed class NobodyWaitsForEver : OwnProcessTest
{
    [Fact]
    public async Task For_a_provider()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.ChatAsync(sale.Model, "!hang");
        await sale.Consumer.ChatAsync(sale.Model, "!slow=30000");
        await sale.Consumer.MayBeCut().Post(
            "/v1/chat/completions", Consumer.StreamedChat(sale.Model, "!slow=30000 !chunks=2"));
        await sale.BalanceBecomesAsync(Sale.Balance);

        var upstream = await Suite.UpstreamAsync();
        await Eventually.Async(
            async () => (await upstream.CallsAsync(sale.Credential)).Where(static one => one.IsCompletion).ToList(),
            static calls => calls.Count == 3 && calls.All(static one => one.ClientLeft),
            "three calls that were given up");
        Transcript.Matches();
    }

    [Fact]
    public async Task However_the_model_is_called()
    {
        foreach (var way in Way.All)
        {
            var sale = await Sale.MakeAsync(Actors, provider: way.Provider);
            var answer = await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!hang");
            Assert.True(answer.Status == 504, $"{way.Name}: {answer}");
            await sale.BalanceBecomesAsync(Sale.Balance);
        }
    }

    protected override Dictionary<string, string> Settings { get; } = new()
    {
        ["Supply__FirstByteTimeout"] = "00:00:01",
        ["Supply__IdleTimeout"] = "00:00:01",
    };
}

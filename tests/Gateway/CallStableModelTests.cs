namespace SupplyApi.Tests.Gateway;

public sealed class CallStableModelTests : ApiTest
{
    [Fact]
    public async Task Does_what_each_action_does_by_the_other_path()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        foreach (var action in (string[])
            ["generateContent", "streamGenerateContent", "streamGenerateContent?alt=sse", "countTokens"])
        {
            await sale.Consumer.Post(
                $"/v1/models/{sale.Model}:{action}", Way.Stable.Body(sale.Model, "!chunks=2 !tokens=10,5"));
        }

        Assert.Equal(0.06m, await sale.ChargedAsync(calls: 3));
        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        await sale.Consumer.Post($"/v1/models/{sale.Model}:embedContent", Way.Stable.Body(sale.Model, "Hello."));
        await Refusals.SeeAsync(Actors, Way.Stable, "{}");

        Transcript.Matches();
    }
}

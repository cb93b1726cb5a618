namespace SupplyApi.Tests.Gateway;

public sealed class StreamGenerateContentTests : ApiTest
{
    private const string Tools = """
        "tools": [{ "functionDeclarations": [{
          "name": "weather",
          "parametersJsonSchema": { "type": "object", "properties": { "city": { "type": "string" } } }
        }] }]
        """;

    [Fact]
    public async Task Sends_events_where_they_are_asked_for()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        await Way.ContentEvents.CallAsync(sale.Consumer, sale.Model, "!chunks=3 !tokens=10,6");
        Assert.Equal((10 * Sale.PerInputToken) + (6 * Sale.PerOutputToken), await sale.ChargedAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task Sends_an_array_element_by_element()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        await Way.ContentArray.CallAsync(sale.Consumer, sale.Model, "!chunks=3 !tokens=10,6");
        Assert.Equal((10 * Sale.PerInputToken) + (6 * Sale.PerOutputToken), await sale.ChargedAsync());

        using var response = await sale.Consumer.Open(
            HttpMethod.Post, Way.ContentArray.PathOf(sale.Model),
            Way.ContentArray.Body(sale.Model, "!chunks=3 !stall=2"));
        await using var stream = await response.Content.ReadAsStreamAsync();
        await Streams.ReadAsync(stream, static text => text.Split("\"candidates\"").Length == 3);
        Transcript.Matches();
    }

    [Fact]
    public async Task Calls_tools()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        await Way.ContentEvents.CallAsync(sale.Consumer, sale.Model, "!tool", Tools);

        Transcript.Matches();
    }

    [Fact]
    public async Task Says_in_mid_stream_that_the_provider_failed()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        foreach (var way in (Way[])[Way.ContentEvents, Way.ContentArray])
        {
            await way.CallAsync(sale.Consumer, sale.Model, "!chunks=9 !cut=2");
            await way.CallAsync(sale.Consumer, sale.Model, "!chunks=4 !error");
        }

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.ContentEvents, "{}", """{ "generation_config": { "candidate_count": 0 } }""");
        await FailsBeforeTheFirstByteAsync();

        Transcript.Matches();
    }

    private async Task FailsBeforeTheFirstByteAsync()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        foreach (var way in (Way[])[Way.ContentEvents, Way.ContentArray])
            Assert.Equal(502, (await way.CallAsync(sale.Consumer, sale.Model, "!cut=0")).Status);
        Assert.Equal(429, (await Way.ContentArray.CallAsync(sale.Consumer, sale.Model, "!status=429")).Status);
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());
    }
}

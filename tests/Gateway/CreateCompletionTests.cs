namespace SupplyApi.Tests.Gateway;

public sealed class CreateCompletionTests : ApiTest
{
    [Fact]
    public async Task Answers_and_settles()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await Way.Completion.CallAsync(sale.Consumer, sale.Model, "Say hello. !tokens=10,5")).Expect(200);
        Assert.Equal((10 * Sale.PerInputToken) + (5 * Sale.PerOutputToken), await sale.ChargedAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task Streams_with_the_usage_only_where_it_was_asked_for()
    {
        var sale = await Sale.MakeAsync(Actors);
        const string Asked = """ "stream": true, "stream_options": { "include_usage": true } """;
        foreach (var more in (string[])["\"stream\": true", Asked])
            await Way.Completion.CallAsync(sale.Consumer, sale.Model, "!chunks=2 !tokens=10,5", more);
        Assert.Equal(0.04m, await sale.ChargedAsync(calls: 2));

        Transcript.Matches();
    }

    // Three prompts, and the best of four answers to each: all twelve are generated, and held for.
    [Fact]
    public async Task Holds_for_every_answer_that_is_generated()
    {
        var sale = await Sale.MakeAsync(Actors);
        var body = $$"""
            { "model": "{{sale.Model}}", "prompt": ["a", "b", "c"], "best_of": 4, "n": 2, "max_tokens": 4200 }
            """;
        Assert.Equal(402, (await sale.Consumer.Quietly().Post(Way.Completion.Path, body)).Status);
        var fewer = body.Replace("4200", "4100", StringComparison.Ordinal);
        Assert.Equal(200, (await sale.Consumer.Quietly().Post(Way.Completion.Path, fewer)).Status);
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.Completion, """{ "prompt": "a" }""", """{ "model": "{model}", "best_of": "two" }""");

        Transcript.Matches();
    }
}

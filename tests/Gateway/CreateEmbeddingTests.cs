namespace SupplyApi.Tests.Gateway;

public sealed class CreateEmbeddingTests : ApiTest
{
    [Fact]
    public async Task Answers_and_settles()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.Post(Way.Embedding.Path, $$"""
            { "model": "{{sale.Model}}", "input": ["One. !tokens=12", "Two."], "encoding_format": "float" }
            """);
        Assert.Equal(12 * Sale.PerInputToken, await sale.ChargedAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task Counts_the_input_where_nothing_is_reported()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await Way.Embedding.CallAsync(sale.Consumer.Quietly(), sale.Model, "!nousage")).Expect(200);
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("counted", 0), (row.Basis, row.Output));
        Assert.Equal(row.Input * Sale.PerInputToken, await sale.ChargedAsync());
        Assert.True(row.Input > 0);
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(Actors, Way.Embedding, """{ "input": "a" }""", """{ "model": "{model}" }""");

        Transcript.Matches();
    }
}

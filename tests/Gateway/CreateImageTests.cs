namespace SupplyApi.Tests.Gateway;

public sealed class CreateImageTests : ApiTest
{
    [Fact]
    public async Task Answers_and_settles()
    {
        var sale = await SaleAsync();
        await Way.Image.CallAsync(sale.Consumer, sale.Model, "A pixel. !tokens=10,272", "\"quality\": \"low\"");
        Assert.Equal((10 + (272 * 2)) * Sale.PerInputToken, await sale.ChargedAsync());
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("completed", "provider_final", 10, 272), (row.Ending, row.Basis, row.Input, row.Output));
        Assert.Equal(272, row.Image);

        Transcript.Matches();
    }

    [Fact]
    public async Task Streams_its_drafts()
    {
        var sale = await SaleAsync();
        await Way.Image.CallAsync(
            sale.Consumer, sale.Model, "A pixel. !tokens=10,272", "\"stream\": true, \"partial_images\": 2");
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("completed", "provider_final", 10, 272), (row.Ending, row.Basis, row.Input, row.Output));
        Assert.Equal(272, row.Image);

        Transcript.Matches();
    }

    [Theory]
    [InlineData("\"quality\": \"standard\", \"n\": 2", 2 * 1056)]
    [InlineData("\"quality\": \"hd\"", 4160)]
    [InlineData("\"stream\": true", 1056)]
    public async Task Counts_pictures_where_nothing_is_reported(string more, long output)
    {
        var sale = await SaleAsync();
        (await Way.Image.CallAsync(sale.Consumer.Quietly(), sale.Model, "!nousage", more)).Expect(200);
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("completed", "counted", output), (row.Ending, row.Basis, row.Output));
        Assert.Equal((row.Input + (2 * output)) * Sale.PerInputToken, await sale.ChargedAsync());
    }

    [Fact]
    public async Task Holds_what_the_pictures_may_cost()
    {
        var sale = await SaleAsync();
        var more = "\"quality\": \"high\", \"n\": 13"; // 54,080 tokens, and 100 would pay for 50,000
        Assert.Equal(402, (await Way.Image.CallAsync(sale.Consumer.Quietly(), sale.Model, "", more)).Status);
        more = "\"quality\": \"high\", \"n\": 11, \"user\": \"!tokens=1,1\"";
        Assert.Equal(200, (await Way.Image.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=1,1", more)).Status);
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.Image,
            """{ "prompt": "a" }""", """{ "model": "{model}" }""", """{ "model": "{model}", "prompt": "a", "n": 0 }""",
            """{ "model": "{model}", "prompt": "a", "size": 1024 }""");

        Transcript.Matches();
    }

    private Task<Sale> SaleAsync() => Sale.MakeAsync(Actors);
}

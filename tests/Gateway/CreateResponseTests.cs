namespace SupplyApi.Tests.Gateway;

public sealed class CreateResponseTests : ApiTest
{
    private const string Tools = """
        "tools": [{
          "type": "function",
          "name": "weather",
          "parameters": { "type": "object", "properties": { "city": { "type": "string" } } }
        }]
        """;

    [Fact]
    public async Task Answers_and_settles()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await Way.Response.CallAsync(sale.Consumer, sale.Model, "Say hello. !tokens=10,5,4,3")).Expect(200);
        Assert.Equal(0.02m, await sale.ChargedAsync());
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(
            new UsageRow("completed", "provider_final", 10, 5)
            {
                CacheRead = 4,
                Reasoning = 3,
                Charged = 0.02m,
                Earned = 0.018m,
                Fee = 0.002m,
            },
            row);

        Transcript.Matches();
    }

    [Fact]
    public async Task Streams_events_with_names()
    {
        var sale = await Sale.MakeAsync(Actors);
        await Way.Response.CallAsync(sale.Consumer, sale.Model, "!chunks=3 !tokens=10,5", "\"stream\": true");
        Assert.Equal(0.02m, await sale.ChargedAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task Calls_tools()
    {
        var sale = await Sale.MakeAsync(Actors);
        await Way.Response.CallAsync(sale.Consumer, sale.Model, "!tool", Tools);
        await Way.Response.CallAsync(sale.Consumer, sale.Model, "!tool", $"\"stream\": true, {Tools}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Counts_what_was_delivered_where_nothing_is_reported()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await Way.Response.CallAsync(
            sale.Consumer.Quietly(), sale.Model, "!nousage !chunks=1", "\"stream\": true")).Expect(200);
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("counted", 2), (row.Basis, row.Output)); // "Hello", once: the events at the end repeat it.
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.Response,
            """{ "input": "a" }""", """{ "model": "{model}", "background": true }""",
            """{ "model": "{model}", "max_output_tokens": 0 }""");

        Transcript.Matches();
    }
}

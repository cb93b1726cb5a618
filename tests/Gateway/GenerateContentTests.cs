namespace SupplyApi.Tests.Gateway;

/// <summary>What goes over the wire. What it costs: EndingsAreBilled.</summary>
public sealed class GenerateContentTests : ApiTest
{
    private const string Tools = """
        "tools": [{ "functionDeclarations": [{
          "name": "weather",
          "parameters": { "type": "OBJECT", "properties": { "city": { "type": "STRING" } } }
        }] }]
        """;

    [Fact]
    public async Task Answers_and_settles()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        (await Way.Content.CallAsync(sale.Consumer, sale.Model, "Say hello. !tokens=10,5,4,7")).Expect(200);
        Assert.Equal((10 * Sale.PerInputToken) + (12 * Sale.PerOutputToken), await sale.ChargedAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task Calls_tools()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        await Way.Content.CallAsync(sale.Consumer, sale.Model, "!tool", Tools);

        Transcript.Matches();
    }

    [Fact]
    public async Task Sends_on_what_it_does_not_know_and_nothing_of_the_callers_headers()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        const string Unknown = """ "safetySettings": [{ "a": "é\u00e9", "b": [1e3, 0.70] }] """;
        var echo = await Way.Content.CallAsync(sale.Consumer.Quietly(), sale.Model, "!echo", Unknown);
        Assert.Equal(
            Way.Content.Body(sale.Model, "!echo", Unknown), echo.Text("candidates.0.content.parts.0.text"));

        var caller = sale.Consumer.Quietly().With("x-goog-api-client", "a").With("anthropic-beta", "b");
        var headers = await Way.Content.CallAsync(caller, sale.Model, "!headers");
        Assert.Equal(
            "content-length, content-type, host, x-goog-api-key", headers.Text("candidates.0.content.parts.0.text"));
        Assert.Null(headers.Header("server-timing"));
    }

    [Fact]
    public async Task Takes_the_key_as_its_clients_send_it()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "gemini");
        var answer = await Way.Content.CallAsync(
            Actors.Stranger().Quietly().With("X-Goog-Api-Key", sale.Consumer.Key), sale.Model, "!tokens=10,5");
        Assert.Equal(200, answer.Status);
        Assert.Equal(0.02m, await sale.ChargedAsync());
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.Content,
            "{}", """{ "model": "models/another" }""", """{ "generationConfig": { "maxOutputTokens": "many" } }""");

        Transcript.Matches();
    }
}

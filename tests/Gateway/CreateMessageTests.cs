namespace SupplyApi.Tests.Gateway;

/// <summary>What goes over the wire. What it costs: EndingsAreBilled.</summary>
public sealed class CreateMessageTests : ApiTest
{
    private const string Tools = """
        "tools": [{
          "name": "weather",
          "input_schema": { "type": "object", "properties": { "city": { "type": "string" } } }
        }]
        """;

    [Fact]
    public async Task Answers_and_settles()
    {
        var sale = await SaleAsync();
        (await Way.Message.CallAsync(
            sale.Consumer.With("anthropic-version", "2023-06-01"), sale.Model, "!tokens=10,5,20 !writes=30,40"))
            .Expect(200);
        Assert.Equal((100 * Sale.PerInputToken) + (5 * Sale.PerOutputToken), await sale.ChargedAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task Streams()
    {
        var sale = await SaleAsync();
        await Way.Message.CallAsync(sale.Consumer, sale.Model, "!chunks=3", "\"stream\": true");

        Transcript.Matches();
    }

    [Fact]
    public async Task Calls_tools()
    {
        var sale = await SaleAsync();
        await Way.Message.CallAsync(sale.Consumer, sale.Model, "!tool", Tools);
        await Way.Message.CallAsync(sale.Consumer, sale.Model, "!tool", $"\"stream\": true, {Tools}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Says_in_mid_stream_that_the_provider_failed()
    {
        var sale = await SaleAsync();
        await Way.Message.CallAsync(sale.Consumer, sale.Model, "!chunks=9 !cut=2", "\"stream\": true");
        await Way.Message.CallAsync(sale.Consumer, sale.Model, "!chunks=4 !error", "\"stream\": true");

        Transcript.Matches();
    }

    [Fact]
    public async Task Sends_on_what_it_does_not_know_and_two_of_the_callers_headers()
    {
        var sale = await SaleAsync();
        const string Unknown = """ "temperature": 0.70, "metadata": { "a": "é\u00e9", "b": [1e3] }, "top_k": 1.0 """;
        var echo = await Way.Message.CallAsync(sale.Consumer.Quietly(), sale.Model, "!echo", Unknown);
        Assert.Equal(Way.Message.Body(sale.Model, "!echo", Unknown), echo.Text("content.0.text"));

        var caller = sale.Consumer.Quietly().With("Cookie", "a=b").With("OpenAI-Beta", "d");
        var plain = await Way.Message.CallAsync(caller, sale.Model, "!headers");
        const string Needed = "anthropic-version, content-length, content-type, host, x-api-key";
        Assert.Equal(Needed, plain.Text("content.0.text"));
        var beta = await Way.Message.CallAsync(
            caller.With("anthropic-beta", "context-1m-2025-08-07").With("anthropic-version", "2023-06-01"), sale.Model,
            "!headers");
        Assert.Equal("anthropic-beta, " + Needed, beta.Text("content.0.text"));
        Assert.Null(beta.Header("request-id"));
        Assert.Null(beta.Header("anthropic-organization-id"));
    }

    [Fact]
    public async Task Takes_the_key_as_its_clients_send_it()
    {
        var sale = await SaleAsync();
        var answer = await Way.Message.CallAsync(
            Actors.Stranger().Quietly().With("X-Api-Key", sale.Consumer.Key), sale.Model, "!tokens=10,5");
        Assert.Equal(200, answer.Status);
        Assert.Equal(0.02m, await sale.ChargedAsync());
    }

    [Fact]
    public async Task A_model_of_another_protocol_is_called_elsewhere()
    {
        foreach (var (provider, way) in ((string, Way)[])
            [
                ("openai", Way.Message), ("gemini", Way.Message), ("anthropic", Way.Chat), ("anthropic", Way.Content),
                ("baidu", Way.Response),
            ])
        {
            var sale = await Sale.MakeAsync(Actors, provider: provider);
            Assert.Equal(404, (await way.CallAsync(sale.Consumer, sale.Model, "Hello.")).Status);
        }

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.Message,
            """{ "max_tokens": 5 }""", """{ "model": "{model}", "stream": 1 }""",
            """{ "model": "{model}", "max_tokens": 5, "messages": [] }""");

        Transcript.Matches();
    }

    private Task<Sale> SaleAsync() => Sale.MakeAsync(Actors, provider: "anthropic");
}

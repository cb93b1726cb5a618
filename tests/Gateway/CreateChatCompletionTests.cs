namespace SupplyApi.Tests.Gateway;

/// <summary>What goes over the wire. What it costs: EndingsAreBilled; who serves it: SuppliersAreTriedInTurn.</summary>
public sealed class CreateChatCompletionTests : ApiTest
{
    private const string Path = "/v1/chat/completions";

    private const string Tools = """
        "tools": [{
          "type": "function",
          "function": {
            "name": "weather",
            "parameters": { "type": "object", "properties": { "city": { "type": "string" } } }
          }
        }]
        """;

    [Fact]
    public async Task Answers_and_settles_at_once()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.ChatAsync(sale.Model, "Say hello. !tokens=100,5,80");
        await sale.ChargedAsync();
        await sale.Consumer.Console.Get("/api/user/me");
        await sale.Consumer.Console.Get("/api/user/api-keys");
        await sale.Supplier.Get("/api/v1/supply/earnings/records");
        await sale.Supplier.Get("/api/v1/supply/billing");

        Transcript.Matches();
    }

    [Fact]
    public async Task Streams_without_the_usage_that_nobody_asked_for()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.ChatStreamAsync(sale.Model, "Say hello. !chunks=3");

        Transcript.Matches();
    }

    [Fact]
    public async Task Streams_the_usage_that_was_asked_for()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.ChatAsync(
            sale.Model, "Say hello. !chunks=2", """ "stream": true, "stream_options": { "include_usage": true } """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Bytes_in_awkward_pieces_are_the_same_answer()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.ChatStreamAsync(sale.Model, "!chunks=7 !split !tokens=10,7");
        await sale.Consumer.ChatStreamAsync(sale.Model, "!chunks=2 !cumulative !tokens=10,50");
        Assert.Equal(
            (20 * Sale.PerInputToken) + (57 * Sale.PerOutputToken), await sale.ChargedAsync(calls: 2));

        Transcript.Matches();
    }

    [Fact]
    public async Task Calls_tools()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.ChatAsync(sale.Model, "!tool", Tools);
        await sale.Consumer.ChatAsync(sale.Model, "!tool=2", $"\"stream\": true, {Tools}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Sends_on_what_it_does_not_know_and_nothing_of_the_callers_headers()
    {
        var sale = await Sale.MakeAsync(Actors);
        const string Unknown = """ "temperature": 0.70, "metadata": { "a": "é\u00e9", "b": [1e3] }, "user": "u" """;
        var echo = await sale.Consumer.Quietly().Post(Path, Consumer.Chat(sale.Model, "!echo", Unknown));
        Assert.Equal(Consumer.Chat(sale.Model, "!echo", Unknown), echo.Text("choices.0.message.content"));

        var headers = await sale.Consumer.Quietly().With("Cookie", "a=b").With("X-Custom", "c").With("OpenAI-Beta", "d")
            .Post(Path, Consumer.Chat(sale.Model, "!headers"));
        Assert.Equal(
            "authorization, content-length, content-type, host", headers.Text("choices.0.message.content"));
    }

    // Around the blocks that the host reads into, and far beyond them.
    [Theory]
    [InlineData(8_000, "")]
    [InlineData(16_384, "")]
    [InlineData(16_385, "chunked")]
    [InlineData(250_000, "")]
    [InlineData(250_000, "chunked")]
    public async Task Sends_on_a_body_of_any_size(int size, string transferEncoding)
    {
        var sale = await Sale.MakeAsync(Actors);
        var random = new Random(size);
        var filling = new string([.. Enumerable.Range(0, size).Select(_ => (char)random.Next('a', 'z' + 1))]);
        var body = Consumer.Chat(sale.Model, "!echo !tokens=10,5", $"\"user\": \"{filling}\"");
        var echo = await sale.Consumer.Quietly().With("Transfer-Encoding", transferEncoding).Post(Path, body);
        Assert.Equal(body, echo.Expect(200).Text("choices.0.message.content"));
        Assert.Equal(0.02m, await sale.ChargedAsync());
    }

    [Theory]
    [InlineData("X-Api-Key")]
    [InlineData("X-Goog-Api-Key")]
    public async Task Takes_the_key_in_another_header(string header)
    {
        var sale = await Sale.MakeAsync(Actors);
        var answer = await Actors.Stranger().Quietly().With(header, sale.Consumer.Key)
            .Post(Path, Consumer.Chat(sale.Model, "!tokens=10,5"));
        Assert.Equal(200, answer.Status);
        Assert.Equal(0.02m, await sale.ChargedAsync());
    }

    [Fact]
    public async Task Refuses_what_is_wrong_before_anything_is_sent()
    {
        var sale = await Sale.MakeAsync(Actors);
        foreach (var body in (string[])
            [
                """{ "messages": [] }""", """{ "model": 7 }""", """{ "model": "a", "model": "b" }""",
                $$"""{ "model": "{{sale.Model}}", "n": "two" }""",
                $$"""{ "model": "{{sale.Model}}", "max_tokens": 0 }""",
                $$"""{ "model": "{{sale.Model}}", "stream": "yes" }""",
                $$"""{ "model": "{{sale.Model}}", "stream": true, "stream_options": { "include_usage": 1 } }""",
            ])
        {
            Assert.Equal(400, (await sale.Consumer.Post(Path, body)).Status);
        }

        await sale.Consumer.ChatAsync("nobody-sells-this");
        Assert.Empty(await CompletionsAsync(sale));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_who_may_not()
    {
        var sale = await Sale.MakeAsync(Actors);
        var other = await Actors.ConsumerAsync(1, """{ "allowed_models": ["another"] }""");
        await other.ChatAsync(sale.Model);
        var away = await Actors.ConsumerAsync(1, """{ "allowed_ips": ["192.0.2.7"] }""");
        await away.ChatAsync(sale.Model);
        var poor = await Actors.ConsumerAsync(0);
        await poor.ChatAsync(sale.Model);
        var bounded = await Actors.ConsumerAsync(100, """{ "quota_limit": "0.01" }""");
        await bounded.ChatAsync(sale.Model);
        await bounded.Console.Get("/api/user/api-keys");
        Assert.Empty(await CompletionsAsync(sale));

        Transcript.Matches();
    }

    [Fact]
    public async Task A_package_that_cannot_carry_the_call_is_no_offer()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(Quota: 0.01m, PriceInput: 1000, PriceOutput: 2000));
        await sale.Consumer.ChatAsync(sale.Model, more: "\"max_tokens\": 100");
        Assert.Empty(await CompletionsAsync(sale));
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());

        Transcript.Matches();
    }

    [Fact]
    public async Task A_providers_refusal_is_told_in_its_own_words_where_the_caller_can_mend_it()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.Post(Path, $$"""{ "model": "{{sale.Model}}" }""");
        await sale.Consumer.ChatAsync(sale.Model, more: "\"stream_options\": {}");
        foreach (var status in (int[])[400, 401, 403, 404, 422, 429, 500, 503])
            await sale.Consumer.ChatAsync(
                (await sale.OfAnotherModelAsync(Actors)).Model, FormattableString.Invariant($"!status={status}"));
        await sale.Consumer.ChatAsync((await sale.OfAnotherModelAsync(Actors)).Model, "!quota");
        await sale.Consumer.ChatAsync(
            (await sale.OfAnotherModelAsync(Actors)).Model, "!cut=0", "\"max_tokens\": 10");
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());

        Transcript.Matches();
    }

    private static async Task<IEnumerable<UpstreamCall>> CompletionsAsync(Sale sale)
    {
        var upstream = await Suite.UpstreamAsync();
        return (await upstream.CallsAsync(sale.Credential)).Where(static one => one.IsCompletion);
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Who waits for events hears that the line is alive, before the first and between any two; what happens meanwhile is
/// as it would be in silence.
/// </summary>
public sealed class StreamsAreKeptAlive(QuietApi quiet) : ApiTest, IClassFixture<QuietApi>
{
    private const string Comment = ": keep-alive\n\n";

    public static TheoryData<string> Streams { get; } =
    [
        Way.Chat.Path, Way.Completion.Path, Way.Response.Path, Way.Image.Path, Way.Message.Path, Way.ContentEvents.Path,
    ];

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Before_the_first_event(string path)
    {
        var (way, sale) = await SaleAsync(path);
        var quiet = await CallAsync(way, sale, "!tokens=10,5 !chunks=2 !firstbyte=900");
        Assert.StartsWith(Comment, quiet.Body, StringComparison.Ordinal);
        Assert.Equal("text/event-stream; charset=utf-8", quiet.Header("Content-Type"));
        Assert.Equal(10, (await UsageRow.LastAsync(Api.Database, sale.Consumer)).Input);
    }

    [Fact]
    public async Task Between_events_and_nothing_else_changes()
    {
        var (way, sale) = await SaleAsync(Way.Message.Path);
        var seen = await CallAsync(way, sale, "!tokens=10,5 !chunks=2 !slow=700 !split");
        Assert.Contains("}\n\n" + Comment, seen.Body, StringComparison.Ordinal);
        var events = seen.Body.Replace(Comment, "", StringComparison.Ordinal);
        Assert.Equal(4, events.Split("message_").Length - 1 - 2); // each of the two is named twice
        Assert.All(
            events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries),
            static one => Assert.StartsWith("event: ", one, StringComparison.Ordinal));
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("completed", "provider_final", 10, 5), (row.Ending, row.Basis, row.Input, row.Output));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "")]
    [InlineData("/v1/messages", "")]
    [InlineData("/v1/embeddings", "\"stream\": true")]
    [InlineData("/v1beta/models/{model}:generateContent", "")]
    [InlineData("/v1beta/models/{model}:streamGenerateContent", "")]
    public async Task But_no_answer_that_is_no_stream_of_events(string path, string more)
    {
        var (way, sale) = await SaleAsync(path);
        var answer = await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!firstbyte=900", more);
        Assert.DoesNotContain(Comment, answer.Expect(200).Body, StringComparison.Ordinal);
        JsonNode.Parse(answer.Body);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "data: {\"error\":{")]
    [InlineData("/v1/responses", "event: error\ndata: {\"error\":{")]
    [InlineData("/v1/messages", "event: error\ndata: {\"type\":\"error\",")]
    [InlineData("/v1beta/models/{model}:streamGenerateContent?alt=sse", "data: {\"error\":{")]
    public async Task What_fails_then_fails_within_the_stream(string path, string start)
    {
        var (way, sale) = await SaleAsync(path);
        foreach (var fault in (string[])["!status=500", "!status=400", "!cut=0", "!whole", "!error !quote"])
        {
            var answer = await CallAsync(way, sale, $"!firstbyte=900 {fault}");
            Assert.StartsWith(Comment, answer.Body, StringComparison.Ordinal);
            Assert.Contains(start, answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("[DONE]", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(sale.Credential[8..14], answer.Body, StringComparison.Ordinal);
            Assert.False(answer.Exchange.WasCut);
        }
    }

    [Fact]
    public async Task Another_supplier_may_still_answer()
    {
        foreach (var fault in (string[])["!status=503", "!whole"])
        {
            // Another model for each: who failed is left alone for a while.
            var (way, sale) = await SaleAsync(Way.Chat.Path);
            var supplier = await Actors.SupplierAsync();
            var cheaper = await supplier.PublishPackageAsync(
                sale.Model, await supplier.MountAccountAsync(), new Offer(PriceInput: 500, PriceOutput: 500));
            await Routes.FirstBecomesAsync(Actors, sale.Model, cheaper, Api);
            var answer = await CallAsync(way, sale, $"{fault} !firstbyte=900 !times=1 {sale.Model}");
            Assert.StartsWith(Comment, answer.Body, StringComparison.Ordinal);
            Assert.EndsWith("data: [DONE]\n\n", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("error", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_provider_that_stops_is_left_all_the_same()
    {
        var (way, sale) = await SaleAsync(Way.Chat.Path);
        var answer = await CallAsync(way, sale, "!tokens=10,500 !chunks=9 !stall=3");
        Assert.Contains(Comment, answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"error\"", answer.Body, StringComparison.Ordinal);
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("upstream_failed", "counted"), (row.Ending, row.Basis));
        Assert.InRange(row.Output, 1, 100);
    }

    [Fact]
    public async Task The_official_clients_hear_the_model_and_the_error_alone()
    {
        var settings = new JsonObject { ["origin"] = Api.Address.GetLeftPart(UriPartial.Authority) };
        foreach (var provider in (string[])["openai", "anthropic", "gemini"])
        {
            var sale = await Sale.MakeAsync(Actors, provider: provider);
            settings[provider] = new JsonObject { ["key"] = sale.Consumer.Key, ["model"] = sale.Model };
        }

        string[] arguments = [Path.Combine(Repository.Tests, "Clients", "quiet.mjs"), settings.ToJsonString()];
        await using var node = Child.Start("quiet-sdks", new ProcessStartInfo("node", arguments));
        var code = await node.ExitedAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, string.Join('\n', node.Errors));
        Assert.Equal(
            [
                """{"name":"openai","text":"Hello!","error":"APIError"}""",
                """{"name":"anthropic","text":"Hello!","error":"APIError"}""",
                """{"name":"gemini","text":"Hello!","error":"ApiError"}""",
            ],
            node.Output);
    }

    protected override Task<SupplyApiProcess> StartAsync() => Task.FromResult(quiet.Process);

    private async Task<(Way Way, Sale Sale)> SaleAsync(string path)
    {
        var way = Way.All.Append(Way.ContentArray).First(one => one.Path == path);
        return (way, await Sale.MakeAsync(Actors, provider: way.Provider));
    }

    private static async Task<Answer> CallAsync(Way way, Sale sale, string prompt) => (await way.CallAsync(
        sale.Consumer.MayBeCut().Quietly(), sale.Model, prompt,
        way.Provider == "gemini" ? "" : "\"stream\": true")).Expect(200);
}

/// <summary>A process that does not bear silence.</summary>
public sealed class QuietApi : IAsyncLifetime
{
    public SupplyApiProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await SupplyApiProcess.StartAsync(new()
    {
        ["Supply__KeepAliveAfter"] = "00:00:00.200",
        ["Supply__IdleTimeout"] = "00:00:03",
    });

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}

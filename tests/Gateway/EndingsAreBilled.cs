using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Each ending of a call has one rule, to the last decimal: what the consumer pays, what the supplier earns, and the
/// platform's tenth. Chat, Anthropic's messages and Gemini's contents; whole and as streams.
/// </summary>
public sealed class EndingsAreBilled : ApiTest
{
    private const string Final = "provider_final";
    private const string Partial = "provider_partial";
    private const string Counted = "counted";

    /// <summary>Numbers are what the provider reported; null is what the published rule counts.</summary>
    public static TheoryData<string, string, bool, string, long?, long?, string> Whole { get; } = Rows(
    [
        (Way.Chat, "!tokens=10,5", 10, 5, Final), (Way.Message, "!tokens=10,5", 10, 5, Final),
        (Way.Content, "!tokens=10,5", 10, 5, Final),
        (Way.Chat, "!nousage", null, null, Counted), (Way.Message, "!nousage", null, null, Counted),
        (Way.Content, "!nousage", null, null, Counted),
        (Way.Chat, "!zerousage", 0, 0, Final), (Way.Message, "!zerousage", 0, 0, Final),
        (Way.Content, "!zerousage", 0, 0, Final),
    ], isStream: false);

    public static TheoryData<string, string, bool, string, long?, long?, string> Streamed { get; } = Rows(
    [
        (Way.Chat, "!tokens=10,5", 10, 5, Final), (Way.Message, "!tokens=10,5", 10, 5, Final),
        (Way.ContentEvents, "!tokens=10,5", 10, 5, Final), (Way.ContentArray, "!tokens=10,5", 10, 5, Final),
        (Way.Chat, "!tokens=10,5 !nodone", 10, 5, Final), (Way.Message, "!tokens=10,5 !nodone", 10, 5, Final),
        (Way.Chat, "!tokens=10,7 !split", 10, 7, Final), (Way.Message, "!tokens=10,7 !split", 10, 7, Final),
        (Way.ContentEvents, "!tokens=10,7 !split", 10, 7, Final),
        (Way.ContentArray, "!tokens=10,7 !split", 10, 7, Final),
        (Way.Chat, "!nousage !split !chunks=40", null, null, Counted),
        (Way.Message, "!nousage !split !chunks=40", null, null, Counted),
        (Way.ContentEvents, "!nousage !chunks=40", null, null, Counted),
        (Way.ContentArray, "!nousage !chunks=40", null, null, Counted),
        (Way.Chat, "!zerousage", 0, 0, Final), (Way.Chat, "!zerousage !cumulative", 0, 0, Final),
        (Way.Message, "!zerousage", 0, 0, Final), (Way.Message, "!zerousage !cumulative", 0, 0, Final),
        (Way.ContentEvents, "!zerousage", 0, 0, Final), (Way.ContentArray, "!zerousage", 0, 0, Final),
        (Way.Chat, "!tokens=10,50 !cumulative", 10, 50, Final),
        (Way.Message, "!tokens=10,50 !cumulative", 10, 50, Final),
        (Way.Chat, "!error !chunks=20", null, null, Counted),
        (Way.Message, "!tokens=10,500 !error !chunks=20", 10, null, Partial),
        (Way.ContentEvents, "!tokens=10,500 !error !chunks=20", 10, 250, Final),
    ], isStream: true);

    /// <summary>Half of the answer and no more: five pieces of fifty.</summary>
    public static TheoryData<string, string, bool, string, long?, long?, string> Broken { get; } = Rows(
    [
        (Way.Chat, "!tokens=10,500 !chunks=50", null, null, Counted),
        (Way.Chat, "!tokens=10,500 !chunks=50 !cumulative", 10, 50, Partial),
        (Way.Message, "!tokens=10,500 !chunks=50", 10, null, Partial),
        (Way.Message, "!tokens=10,500 !chunks=50 !cumulative", 10, 50, Partial),
        (Way.Message, "!nousage !chunks=50", null, null, Counted),
        (Way.ContentEvents, "!tokens=10,500 !chunks=50", 10, 50, Partial),
        (Way.ContentArray, "!tokens=10,500 !chunks=50", 10, 50, Partial),
        (Way.ContentEvents, "!nousage !chunks=50", null, null, Counted),
    ], isStream: true);

    public static TheoryData<string, string, bool, int> Nothing { get; } = NothingRows();

    [Theory]
    [MemberData(nameof(Whole), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Streamed), DisableDiscoveryEnumeration = true)]
    public async Task When_the_answer_is_complete(
        string path, string prompt, bool isStream, string more, long? input, long? output, string basis)
    {
        var (way, sale) = await SaleAsync(path);
        var answer = (await way.CallAsync(sale.Consumer.Quietly(), sale.Model, prompt, more)).Expect(200);
        await Books.BilledAsync(
            Api.Database, sale, "completed", basis, input ?? Books.Tokens(answer.Exchange.RequestBody!),
            output ?? Books.Tokens(way.Said(answer.Body, isStream)));
    }

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task When_the_provider_breaks_off(
        string path, string prompt, bool isStream, string more, long? input, long? output, string basis)
    {
        var (way, sale) = await SaleAsync(path);
        var client = sale.Consumer.MayBeCut().Quietly();
        var answer = (await way.CallAsync(client, sale.Model, $"{prompt} !cut=5", more)).Expect(200);
        var wasTold = answer.Body.Contains("\"error\"", StringComparison.Ordinal);
        Assert.True(wasTold && !answer.Exchange.WasCut, answer.Body);
        await Books.BilledAsync(
            Api.Database, sale, "upstream_failed", basis, input ?? Books.Tokens(answer.Exchange.RequestBody!),
            output ?? Books.Tokens(way.Said(answer.Body, isStream)));
    }

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task When_the_client_leaves_in_the_middle(
        string path, string prompt, bool isStream, string more, long? input, long? output, string basis)
    {
        var (way, sale) = await SaleAsync(path);
        var body = way.Body(sale.Model, $"{prompt} !stall=5", more);
        string seen;
        using (var response = await sale.Consumer.Open(HttpMethod.Post, way.PathOf(sale.Model), body))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            seen = await Streams.ReadAsync(stream, text => Books.Pieces(way, text) == 5);
        }

        if (way == Way.ContentArray) seen += "]";
        await Books.BilledAsync(
            Api.Database, sale, "client_left", basis, input ?? Books.Tokens(body),
            output ?? Books.Tokens(way.Said(seen, isStream)));
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    [InlineData("/v1beta/models/{model}:streamGenerateContent?alt=sse")]
    public async Task By_nothing_when_the_client_leaves_before_the_first_byte(string path)
    {
        var (way, sale) = await SaleAsync(path);
        using var leaving = new CancellationTokenSource();
        var call = sale.Consumer.Open(
            HttpMethod.Post, way.PathOf(sale.Model),
            way.Body(sale.Model, "!firstbyte=10000", Books.StreamOf(way)), leaving.Token);
        var upstream = await Suite.UpstreamAsync();
        await Eventually.Async(
            () => upstream.CallsAsync(sale.Credential), static calls => calls.Any(static one => one.IsCompletion),
            "the call arrives");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("client_left_before_first_byte", "none", 0, 0), (row.Ending, row.Basis, row.Input, row.Output));
        await sale.BalanceBecomesAsync(Sale.Balance);
    }

    [Theory]
    [MemberData(nameof(Nothing), DisableDiscoveryEnumeration = true)]
    public async Task By_nothing_where_nothing_came(string path, string prompt, bool isStream, int status)
    {
        var (way, sale) = await SaleAsync(path);
        var more = isStream ? Books.StreamOf(way) : "";
        var answer = await way.CallAsync(sale.Consumer.Quietly(), sale.Model, prompt, more);
        answer.Expect(status);
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());
        Assert.Empty((await Books.RecordsAsync(sale)).AsArray());
        Assert.Equal(0, await sale.ChargedAsync(calls: 0));
        Assert.Equal("none", (await UsageRow.LastAsync(Api.Database, sale.Consumer)).Basis);
    }

    // There are two prices: what was read from a cache or written to one is input, what was thought is output.
    [Fact]
    public async Task With_every_counter_kept_apart()
    {
        var (way, sale) = await SaleAsync(Way.Message.Path);
        await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=10,5,20 !writes=30,40");
        await Books.BilledAsync(Api.Database, sale, "completed", Final, 100, 5);
        var written = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal((20, 30, 40), (written.CacheRead, written.CacheWrite5m, written.CacheWrite1h));

        (way, sale) = await SaleAsync(Way.Content.Path);
        await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=100,5,80,7");
        await Books.BilledAsync(Api.Database, sale, "completed", Final, 100, 12);
        var thought = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal((80, 7), (thought.CacheRead, thought.Reasoning));

        (way, sale) = await SaleAsync(Way.Chat.Path);
        await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=100,12,80,7");
        await Books.BilledAsync(Api.Database, sale, "completed", Final, 100, 12);
        var reasoned = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal((80, 7), (reasoned.CacheRead, reasoned.Reasoning));
    }

    // 7 x 0.333333 + 3 x 0.777777 millionths are 0.000004666662; the tenth of that has ten places too many.
    [Fact]
    public async Task With_nine_places_and_not_one_more()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(PriceInput: 0.333333m, PriceOutput: 0.777777m));
        (await sale.BuyAsync("!tokens=7,3")).Expect(200);
        Assert.Equal(0.000004667m, await sale.ChargedAsync());
        await Books.EarnedAsync(sale, 0.000004667m, fee: 0.000000467m);
    }

    // Nobody said how long the answer may be: it is held for 4,096 tokens at first, and then for more as long as there
    // is money. What there is here is not enough for the rest.
    [Theory]
    [InlineData("/v1/chat/completions", "\"finish_reason\":\"length\"")]
    [InlineData("/v1beta/models/{model}:streamGenerateContent?alt=sse", "MAX_TOKENS")]
    [InlineData("/v1beta/models/{model}:streamGenerateContent", "MAX_TOKENS")]
    public async Task Up_to_the_hold_when_it_is_used_up(string path, string end)
    {
        var (way, sale) = await SaleAsync(path);
        await sale.Consumer.TopUpAsync(10);
        var text = JsonValue.Create("!nousage !chunks=30000").ToJsonString();
        var body = way == Way.Chat
            ? Consumer.Chat(sale.Model, "!nousage !chunks=30000", "\"stream\": true")
            : $"{{ \"contents\": [{{ \"role\": \"user\", \"parts\": [{{ \"text\": {text} }}] }}] }}";
        var answer = (await sale.Consumer.Quietly().Post(way.PathOf(sale.Model), body)).Expect(200);

        Assert.Contains(end, answer.Body, StringComparison.Ordinal);
        var row = await UsageRow.LastAsync(Api.Database, sale.Consumer);
        Assert.Equal(("hold_used_up", Counted), (row.Ending, row.Basis));
        Assert.Equal(Books.Tokens(way.Said(answer.Body, isStream: true)), row.Output);
        var charged = await sale.ChargedAsync();
        Assert.InRange(charged, 8, 10);
        await sale.BalanceBecomesAsync(10 - charged);
    }

    [Fact]
    public async Task Above_the_hold_only_as_far_as_the_wallet_reaches()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.TopUpAsync(0.3m);
        (await Way.Chat.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=10,50", limit: 1)).Expect(200);
        Assert.Equal(0.11m, await sale.ChargedAsync());
        await sale.BalanceBecomesAsync(0.19m);

        (await Way.Chat.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=10,5000", limit: 1)).Expect(200);
        Assert.Equal(0.3m, await sale.ChargedAsync(calls: 2));
        await sale.BalanceBecomesAsync(0);
    }

    private async Task<(Way Way, Sale Sale)> SaleAsync(string path)
    {
        var way = Way.All.Append(Way.ContentArray).First(one => one.Path == path);
        return (way, await Sale.MakeAsync(Actors, provider: way.Provider));
    }

    private static TheoryData<string, string, bool, string, long?, long?, string> Rows(
        (Way Way, string Prompt, long? Input, long? Output, string Basis)[] rows, bool isStream) =>
    [
        .. rows.Select(row => new TheoryDataRow<string, string, bool, string, long?, long?, string>(
            row.Way.Path, row.Prompt, isStream, isStream ? Books.StreamOf(row.Way) : "", row.Input, row.Output,
            row.Basis)),
    ];

    private static TheoryData<string, string, bool, int> NothingRows()
    {
        var rows = new TheoryData<string, string, bool, int>();
        foreach (var way in (Way[])[Way.Chat, Way.Message, Way.Content])
        {
            foreach (var (prompt, status) in ((string, int)[])
                [
                    ("!status=400", 400), ("!status=401", 502), ("!status=429", 429), ("!status=500", 502),
                    ("!cut=0", 502), ("!garbage", 502),
                ])
            {
                rows.Add(way.Path, prompt, false, status);
            }
        }

        foreach (var way in (Way[])[Way.Chat, Way.Message, Way.ContentEvents, Way.ContentArray])
        {
            rows.Add(way.Path, "!status=500", true, 502);
            rows.Add(way.Path, "!garbage", true, way == Way.ContentArray ? 502 : 200);
        }

        rows.Add(Way.ContentEvents.Path, "!cut=0", true, 502);
        rows.Add(Way.ContentArray.Path, "!cut=0", true, 502);
        return rows;
    }
}

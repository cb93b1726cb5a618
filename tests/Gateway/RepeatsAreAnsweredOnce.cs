namespace SupplyApi.Tests.Gateway;

/// <summary>A call with an Idempotency-Key is made once and charged once, however often it is asked for.</summary>
public sealed class RepeatsAreAnsweredOnce : ApiTest
{
    private const string Header = "Idempotency-Key";
    private const decimal Cost = (10 * Sale.PerInputToken) + (5 * Sale.PerOutputToken);

    public static TheoryData<string, bool> Ways { get; } =
    [
        .. Way.All.Append(Way.ContentArray).Where(static way => !way.IsFree)
            .Select(static way => new TheoryDataRow<string, bool>(way.Path, false)),
        new(Way.Chat.Path, true), new(Way.Message.Path, true), new(Way.Response.Path, true),
    ];

    [Fact]
    public async Task In_its_words()
    {
        var sale = await Sale.MakeAsync(Actors);
        var once = sale.Consumer.With(Header, "order-1");
        var chat = Consumer.Chat(sale.Model, "!tokens=10,5", "\"max_tokens\": 9");
        await UsageRow.PostedAsync(Api.Database, (await once.Post("/v1/chat/completions", chat)).Expect(200));
        await once.Post("/v1/chat/completions", chat);
        await once.Post("/v1/chat/completions", Consumer.Chat(sale.Model, "Something else."));
        await sale.Consumer.With(Header, new string('k', 256)).Post("/v1/chat/completions", chat);

        Transcript.Matches();
        Assert.Equal(Cost, await sale.ChargedAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task With_the_same_bytes(string path, bool isStream)
    {
        var way = Way.All.Append(Way.ContentArray).First(one => one.Path == path);
        var sale = await Sale.MakeAsync(Actors, provider: way.Provider);
        var more = isStream ? "\"stream\": true" : "";
        var once = sale.Consumer.Quietly().With(Header, "order-2");
        var first = (await way.CallAsync(once, sale.Model, "!tokens=10,5", more)).Expect(200);
        var charged = await sale.ChargedAsync();
        var again = (await way.CallAsync(once, sale.Model, "!tokens=10,5", more)).Expect(200);

        Assert.Equal(first.Body, again.Body);
        Assert.Equal((null, "true"), (first.Header("Idempotent-Replay"), again.Header("Idempotent-Replay")));
        Assert.Equal(first.Header("Content-Type"), again.Header("Content-Type"));
        Assert.Equal(409, (await way.CallAsync(once, sale.Model, "!tokens=10,6", more)).Status);
        Assert.Equal(charged, await sale.ChargedAsync());
    }

    [Fact]
    public async Task And_not_while_the_first_is_running()
    {
        var sale = await Sale.MakeAsync(Actors);
        var once = sale.Consumer.Quietly().With(Header, "order-3");
        var chat = Consumer.Chat(sale.Model, "!tokens=10,5 !firstbyte=1500", "\"max_tokens\": 9");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => once.Post("/v1/chat/completions", chat)));

        Assert.Single(answers, static one => one.Status == 200);
        Assert.All(answers.Where(static one => one.Status != 200), static one =>
        {
            Assert.Equal((409, "idempotency_in_progress"), (one.Status, one.Text("error.code")));
            Assert.Equal("1", one.Header("Retry-After"));
        });
        Assert.Equal(Cost, await sale.ChargedAsync());
        (await once.Post("/v1/chat/completions", chat)).Expect(200);
        Assert.Equal(Cost, await sale.ChargedAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Even_if_the_client_did_not_stay_for_it(bool isStream)
    {
        var sale = await Sale.MakeAsync(Actors);
        var once = sale.Consumer.Quietly().With(Header, "order-4");
        const string Slowly = "!tokens=10,5 !chunks=10 !slow=50 !firstbyte=300";
        var chat = isStream
            ? Consumer.StreamedChat(sale.Model, Slowly)
            : Consumer.Chat(sale.Model, Slowly, "\"max_tokens\": 9");
        using (var leaving = new CancellationTokenSource())
        {
            var call = once.Open(HttpMethod.Post, "/v1/chat/completions", chat, leaving.Token);
            var upstream = await Suite.UpstreamAsync();
            await Eventually.Async(
                () => upstream.CallsAsync(sale.Credential), static calls => calls.Any(static one => one.IsCompletion),
                "the call arrives");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.Equal(Cost, await sale.ChargedAsync());
        var fetched = (await once.Post("/v1/chat/completions", chat)).Expect(200);
        Assert.Equal("true", fetched.Header("Idempotent-Replay"));
        Assert.Equal(isStream, fetched.Body.Contains("[DONE]", StringComparison.Ordinal));
        Assert.Equal("completed", (await UsageRow.LastAsync(Api.Database, sale.Consumer)).Ending);
        Assert.Equal(Cost, await sale.ChargedAsync());
    }

    // An SDK makes such a key anew for every call: nobody will ever ask for the rest of what was given up.
    [Fact]
    public async Task Unless_an_sdk_made_the_key_of_a_stream_that_was_given_up()
    {
        var sale = await Sale.MakeAsync(Actors);
        var once = sale.Consumer.Quietly().With(Header, "stainless-node-retry-1");
        var chat = Consumer.StreamedChat(sale.Model, "!tokens=10,500 !chunks=50 !stall=5");
        using (var response = await once.Open(HttpMethod.Post, "/v1/chat/completions", chat))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            await Streams.ReadAsync(stream, events: 5);
        }

        Assert.Equal("client_left", (await UsageRow.LastAsync(Api.Database, sale.Consumer)).Ending);
        Assert.InRange(await sale.ChargedAsync(), Sale.PerInputToken, 499 * Sale.PerOutputToken);
    }

    [Fact]
    public async Task What_was_cut_is_shown_as_it_was_cut()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "anthropic");
        var once = sale.Consumer.Quietly().MayBeCut().With(Header, "order-5");
        const string Cut = "!tokens=10,500 !chunks=50 !cut=5";
        var first = await Way.Message.CallAsync(once, sale.Model, Cut, "\"stream\": true");
        await UsageRow.PostedAsync(Api.Database, first);
        var again = await Way.Message.CallAsync(once, sale.Model, Cut, "\"stream\": true");

        Assert.Contains("event: error", first.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", again.Body, StringComparison.Ordinal);
        Assert.Equal(WithoutIds(first), WithoutIds(again));
        await sale.ChargedAsync();
    }

    // The error names the request that it is the answer to.
    private static string WithoutIds(Answer answer) =>
        answer.Body.Replace(answer.Header("X-Request-Id")!, "", StringComparison.Ordinal);

    [Fact]
    public async Task What_cost_nothing_may_be_tried_again()
    {
        var sale = await Sale.MakeAsync(Actors);
        var once = sale.Consumer.Quietly().With(Header, "order-6");
        var failing = Consumer.Chat(sale.Model, "!status=500");
        Assert.Equal(502, (await once.Post("/v1/chat/completions", failing)).Status);
        Assert.Equal(502, (await once.Post("/v1/chat/completions", failing)).Status);
        (await once.Post("/v1/chat/completions", Consumer.Chat(sale.Model, "!tokens=10,5"))).Expect(200);

        Assert.Equal(Cost, await sale.ChargedAsync());
    }

    [Fact]
    public async Task What_is_too_large_is_charged_once_and_not_kept()
    {
        var sale = await Sale.MakeAsync(Actors);
        var once = sale.Consumer.Quietly().With(Header, "order-7");
        var chat = Consumer.Chat(sale.Model, "!tokens=10,5 !chunks=300000");
        await UsageRow.PostedAsync(Api.Database, (await once.Post("/v1/chat/completions", chat)).Expect(200));
        var again = await once.Post("/v1/chat/completions", chat);

        Assert.Equal((409, "idempotency_answer_not_kept"), (again.Status, again.Text("error.code")));
        Assert.Equal(Cost, await sale.ChargedAsync());
    }

    [Fact]
    public async Task And_another_key_of_the_same_owner_is_another_caller()
    {
        var sale = await Sale.MakeAsync(Actors);
        var chat = Consumer.Chat(sale.Model, "!tokens=10,5");
        (await sale.Consumer.Quietly().With(Header, "order-8").Post("/v1/chat/completions", chat)).Expect(200);
        await sale.ChargedAsync();
        await sale.Consumer.MakeKeyAsync();
        var again = sale.Consumer.Quietly().With(Header, "order-8");
        var other = (await again.Post("/v1/chat/completions", chat)).Expect(200);

        Assert.Null(other.Header("Idempotent-Replay"));
    }
}

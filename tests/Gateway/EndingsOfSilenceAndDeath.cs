namespace SupplyApi.Tests.Gateway;

/// <summary>
/// The endings that need a process of their own: a provider that falls silent, and kill -9. What was delivered before
/// the silence is billed; what was cut by the kill is not, and nothing of it stays held; what was whole is.
/// </summary>
public sealed class EndingsOfSilenceAndDeath : OwnProcessTest
{
    public static TheoryData<string> Streams { get; } =
        [Way.Chat.Path, Way.Message.Path, Way.ContentEvents.Path, Way.ContentArray.Path];

    public static TheoryData<string> Wholes { get; } = [Way.Chat.Path, Way.Message.Path, Way.Content.Path];

    public static TheoryData<string, bool> All { get; } =
        [.. Streams.Select(static one => (one.Data, true)), .. Wholes.Select(static one => (one.Data, false))];

    [Theory]
    [MemberData(nameof(Streams), DisableDiscoveryEnumeration = true)]
    public async Task A_stream_that_falls_silent_is_billed_as_far_as_it_came(string path)
    {
        var (way, sale) = await SaleAsync(path);
        var body = way.Body(sale.Model, "!nousage !chunks=50 !stall=5", Books.StreamOf(way));
        var answer = (await sale.Consumer.MayBeCut().Quietly().Post(way.PathOf(sale.Model), body)).Expect(200);
        Assert.Contains("\"error\"", answer.Body, StringComparison.Ordinal);
        await Books.BilledAsync(
            Api.Database, sale, "upstream_failed", "counted", Books.Tokens(body),
            Books.Tokens(way.Said(answer.Body, isStream: true)));
    }

    [Theory]
    [MemberData(nameof(Wholes), DisableDiscoveryEnumeration = true)]
    public async Task A_whole_answer_that_never_came_costs_nothing(string path)
    {
        var (way, sale) = await SaleAsync(path);
        (await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!hang")).Expect(504);
        await NothingBilledAsync(sale);
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task A_call_that_was_killed_costs_nothing_and_holds_nothing(string path, bool isStream)
    {
        var (way, sale) = await SaleAsync(path);
        var prompt = isStream ? "!tokens=10,500 !chunks=50 !stall=5" : "!firstbyte=900";
        var body = way.Body(sale.Model, prompt, isStream ? Books.StreamOf(way) : "");
        var call = sale.Consumer.Open(HttpMethod.Post, way.PathOf(sale.Model), body);
        var upstream = await Suite.UpstreamAsync();
        await Eventually.Async(
            () => upstream.CallsAsync(sale.Credential), static calls => calls.Any(static one => one.IsCompletion),
            "the call arrives");
        if (isStream)
        {
            using var response = await call;
            await using var stream = await response.Content.ReadAsStreamAsync();
            await Harness.Streams.ReadAsync(stream, text => Books.Pieces(way, text) == 5);
            await Api.KillAsync();
        }
        else
        {
            await Api.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => call);
        }

        await Api.StartAgainAsync();
        await NothingBilledAsync(sale);
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task A_call_that_was_whole_before_the_kill_is_billed(string path, bool isStream)
    {
        var (way, sale) = await SaleAsync(path);
        var more = isStream ? Books.StreamOf(way) : "";
        (await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!tokens=10,5", more)).Expect(200);
        await Api.KillAsync();
        await Api.StartAgainAsync();
        await Books.BilledAsync(Api.Database, sale, "completed", "provider_final", 10, 5);
    }

    protected override Dictionary<string, string> Settings { get; } = new()
    {
        ["Supply__FirstByteTimeout"] = "00:00:02",
        ["Supply__IdleTimeout"] = "00:00:01",
    };

    private async Task NothingBilledAsync(Sale sale)
    {
        await sale.BalanceBecomesAsync(Sale.Balance);
        Assert.Equal(0, await sale.ChargedAsync(calls: 0));
        Assert.Empty((await Books.RecordsAsync(sale)).AsArray());
        Assert.Equal(0, await Api.Database.ValueAsync<decimal>(
            $"select coalesce(sum(charged), 0) from gateway_usage where user_id = {sale.Consumer.Id}"));
    }

    private async Task<(Way Way, Sale Sale)> SaleAsync(string path)
    {
        var way = Way.All.Append(Way.ContentArray).First(one => one.Path == path);
        return (way, await Sale.MakeAsync(Actors, provider: way.Provider));
    }
}

using System.Globalization;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// A call by one of the platform's own channels: paid by the consumer at the model's prices, earned by nobody else.
/// </summary>
public sealed class ChannelsServe : ApiTest
{
    private const string Claude = """
        {
          "input_price": 3, "output_price": 15, "cached_input_price": "0.3", "cache_write_input_price": "3.75",
          "cache_write_1h_input_price": 6
        }
        """;

    private const string DearClaude = """
        {
          "input_price": 10, "output_price": 50, "cached_input_price": 1, "cache_write_input_price": "12.5",
          "cache_write_1h_input_price": 20
        }
        """;

    private const string GeminiPro = """{ "input_price": "1.25", "output_price": 10, "cached_input_price": "0.625" }""";

    [Theory]
    [InlineData("/v1/messages", Claude, "!tokens=3,550 !writes=12304", "0.054399")]
    [InlineData("/v1/messages", Claude, "!tokens=3,550,1000 !writes=12304", "0.054699")]
    [InlineData("/v1/messages", DearClaude, "!tokens=0,0 !writes=0,37175", "0.7435")]
    [InlineData(
        "/v1beta/models/{model}:generateContent", GeminiPro, "!tokens=262960,1744,257955", "0.184918125")]
    [InlineData("/v1/chat/completions", GeminiPro, "!tokens=262960,1744,257955", "0.184918125")]
    public async Task Charged_to_the_last_decimal(string path, string prices, string prompt, string cost)
    {
        var way = Way.All.First(one => one.Path == path);
        foreach (var isStream in (bool[])[false, true])
        {
            if (isStream && way.Provider == "gemini") way = Way.ContentEvents;
            var more = isStream && way.Provider != "gemini" ? "\"stream\": true" : "";
            var (consumer, model) = (await Actors.ConsumerAsync(Sale.Balance), Actors.Unique("model"));
            await PlatformChannel.SellAsync(Actors, model, prices, way.Provider);
            await OnSaleAsync(consumer, model);
            (await way.CallAsync(consumer.Quietly(), model, prompt, more, limit: 20_000)).Expect(200);

            await PaidAsync(consumer, decimal.Parse(cost, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task For_what_a_package_could_not()
    {
        var sale = await Sale.MakeAsync(Actors);
        var channel = await PlatformChannel.SellAsync(
            Actors, sale.Model, """{ "input_price": 5000, "output_price": 7000 }""");
        await OnSaleAsync(sale.Consumer, await LaterAsync(channel));
        var prompt = $"!status=500 !times=1 {sale.Model}"; // The fault holds for the first who is asked.
        var answer = (await Way.Chat.CallAsync(sale.Consumer.Quietly(), sale.Model, prompt, limit: 100)).Expect(200);

        var (input, output) = (answer.Number("usage.prompt_tokens"), answer.Number("usage.completion_tokens"));
        await PaidAsync(sale.Consumer, (input * 0.005m) + (output * 0.007m));
        Assert.Equal(1, await CallsAsync(channel));
        var bill = (await sale.Supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(0, bill.Amount("data.summary.total_revenue"));
    }

    [Fact]
    public async Task Only_while_channel_model_and_the_two_of_them_are_enabled()
    {
        var (consumer, name) = (await Actors.ConsumerAsync(), Actors.Unique("model"));
        var channel = await PlatformChannel.OpenAsync(Actors);
        var model = await PlatformChannel.PriceAsync(channel.Admin, name);
        var served = await channel.ServeAsync(name);
        await BecomesAsync(consumer, name, 200);
        foreach (var path in (string[])
            [$"/api/channels/{channel.Id}", $"/api/models/{model}", $"/api/channel-models/{served}"])
        {
            foreach (var isOn in (bool[])[false, true])
            {
                var change = $$"""{ "enabled": {{(isOn ? "true" : "false")}} }""";
                if (path.Contains("/models/", StringComparison.Ordinal))
                    change = change.But("""{ "input_price": 1, "output_price": 2 }""");
                (await channel.Admin.Quietly().Put(path, change)).Expect(200);
                await BecomesAsync(consumer, name, isOn ? 200 : 404);
            }
        }

        (await channel.Admin.Quietly().Delete($"/api/channel-models/{served}")).Expect(200);
        await BecomesAsync(consumer, name, 404);
    }

    [Theory]
    [InlineData("!tokens=1000,1000", false, 200, "0.04")]
    [InlineData("!tokens=1000,1000", true, 200, "0.04")]
    [InlineData("!zerousage", false, 200, "0.04")]
    [InlineData("!status=500", false, 502, "0")]
    [InlineData("!chunks=50 !cut=5", true, 200, "0")]
    public async Task By_request_for_one_price_if_it_succeeds(string prompt, bool isStream, int status, string cost)
    {
        var (consumer, model) = (await Actors.ConsumerAsync(Sale.Balance), Actors.Unique("model"));
        await PlatformChannel.SellAsync(Actors, model, """{ "quota_type": 1, "request_price": "0.04" }""");
        await OnSaleAsync(consumer, model);
        var more = isStream ? "\"stream\": true" : "";
        var answer = await Way.Chat.CallAsync(consumer.MayBeCut().Quietly(), model, prompt, more);

        Assert.Equal(status, answer.Status);
        await PaidAsync(consumer, decimal.Parse(cost, CultureInfo.InvariantCulture));
    }

    // Every token of the answer might be sound: 1,000 of them at a thousandth each are more than what is there.
    [Fact]
    public async Task For_nobody_who_could_not_pay_for_the_dearest_part()
    {
        var (consumer, model) = (await Actors.ConsumerAsync(0.9m), Actors.Unique("model"));
        await PlatformChannel.SellAsync(Actors, model, """
            { "input_price": 0, "output_price": 0, "audio_output_price": 1000 }
            """);
        await OnSaleAsync(consumer, model);
        Assert.Equal(402, (await Way.Chat.CallAsync(consumer.Quietly(), model, "Hello.", limit: 1000)).Status);
        (await Way.Chat.CallAsync(consumer.Quietly(), model, "Hello.", limit: 900)).Expect(200);
        await PaidAsync(consumer, 0, balance: 0.9m);
    }

    private async Task PaidAsync(Consumer consumer, decimal cost, decimal balance = Sale.Balance)
    {
        await Eventually.Async(
            () => UsageRow.LastAsync(Api.Database, consumer),
            row => (row.Charged, row.Earned, row.Fee) == (cost, 0, cost), $"{cost} on the books");
        await Eventually.Async(consumer.BalanceAsync, seen => seen == balance - cost, $"{cost} was paid");
    }

    // What was made before it is on sale when this is: the list alone could not tell a second who offers a model.
    private async Task<string> LaterAsync(PlatformChannel channel)
    {
        var model = Actors.Unique("model");
        await PlatformChannel.PriceAsync(channel.Admin, model);
        await channel.ServeAsync(model);
        return model;
    }

    private static Task OnSaleAsync(Consumer consumer, string model) => Eventually.Async(
        async () => (await consumer.Quietly().Get("/v1/models")).Expect(200).Body,
        body => body.Contains($"\"{model}\"", StringComparison.Ordinal), $"{model} among the models");

    private static Task BecomesAsync(Consumer consumer, string model, int status) => Eventually.Async(
        async () => (await Way.Chat.CallAsync(consumer.Quietly(), model, "Hello.")).Status,
        seen => seen == status, $"{status} for {model}");

    private static async Task<int> CallsAsync(PlatformChannel channel)
    {
        var upstream = await Suite.UpstreamAsync();
        return (await upstream.CallsAsync(channel.Credential)).Count(static one => one.IsCompletion);
    }
}

namespace SupplyApi.Tests.Admin.Channels;

public sealed class UpdatePlatformModelTests : ApiTest
{
    private const string Prices = """{ "input_price": "3", "output_price": 15 }""";

    [Fact]
    public async Task Sets_all_prices_anew_and_leaves_the_rest()
    {
        var admin = await Actors.AdminAsync();
        var model = await PlatformChannel.PriceAsync(admin, Actors.Unique("model"), """
            { "provider": "anthropic", "enabled": false, "cached_input_price": 0, "audio_input_price": 7 }
            """);
        await admin.Put($"/api/models/{model}", Prices.But("""{ "cached_input_price": "0.300000" }"""));
        await admin.Put($"/api/models/{model}", """{ "quota_type": 1, "request_price": 0.04, "enabled": true }""");
        await admin.Put($"/api/models/{model}", Prices.But($$"""
            { "model_name": "{{Actors.Unique("model")}}", "provider": "" }
            """));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var admin = await Actors.AdminAsync();
        var (name, taken) = (Actors.Unique("model"), Actors.Unique("model"));
        var path = $"/api/models/{await PlatformChannel.PriceAsync(admin, name)}";
        await PlatformChannel.PriceAsync(admin, taken);
        await admin.Put(path, "{}");
        await admin.Put(path, Prices.But("""{ "model_name": "" }"""));
        await admin.Put(path, Prices.But("""{ "input_price": -1 }"""));
        await admin.Put(path, Prices.But("""{ "audio_output_price": "0.0000001" }"""));
        await admin.Put(path, Prices.But("""{ "quota_type": 100 }"""));
        await admin.Put(path, Prices.But("""{ "id": 9000000000 }"""));
        await admin.Put(path, Prices.But($$"""{ "model_name": "{{taken}}" }"""));
        await admin.Put("/api/models/9000000000", Prices);

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record()
    {
        var admin = await Actors.AdminAsync();
        var model = await PlatformChannel.PriceAsync(admin, Actors.Unique("model"));
        (await admin.Put($"/api/models/{model}", Prices)).Expect(200);
        var deed = (await Trail.AuditAsync(Api.Database, "platform_model", model))[^1];

        Assert.Equal(("admin.model.update", admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains("\"output_price\": \"2\"", deed.Before, StringComparison.Ordinal);
        Assert.Contains("\"output_price\": \"15\"", deed.After, StringComparison.Ordinal);
    }
}

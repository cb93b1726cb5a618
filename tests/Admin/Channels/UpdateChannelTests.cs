namespace SupplyApi.Tests.Admin.Channels;

public sealed class UpdateChannelTests : ApiTest
{
    [Fact]
    public async Task Changes_what_is_sent_and_nothing_else()
    {
        var channel = await PlatformChannel.OpenAsync(Actors, more: """
            { "priority": 3, "weight": 7, "max_concurrent": 5, "rate_limit_rpm": 60 }
            """);
        var path = $"/api/channels/{channel.Id}";
        await channel.Admin.Put(path, """{ "enabled": false }""");
        await channel.Admin.Put(path, """{ "name": "Another", "priority": 0, "rate_limit_rpm": 0 }""");
        await channel.Admin.Put(path, $$"""
            {
              "type": "anthropic", "base_url": "https://models.example.com",
              "api_key": "{{Supplier.CredentialOf("anthropic")}}"
            }
            """);
        await channel.Admin.Put(path, """{ "weight": 1, "base_url": "https://models.example.com" }""");
        await channel.Admin.Put(path, $$"""
            { "base_url": "", "api_key": "{{Supplier.CredentialOf("anthropic")}}" }
            """);

        Transcript.Matches();
    }

    // Whoever could point a channel elsewhere with its key in it would read the key there.
    [Fact]
    public async Task Does_not_take_the_kept_key_elsewhere()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var path = $"/api/channels/{channel.Id}";
        await channel.Admin.Put(path, """{ "base_url": "https://models.example.com" }""");
        await channel.Admin.Put(path, """{ "type": "gemini" }""");
        await channel.Admin.Put(path, """{ "type": "openai", "base_url": "", "weight": 2 }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var path = $"/api/channels/{channel.Id}";
        await channel.Admin.Put(path, "{}");
        await channel.Admin.Put(path, """{ "name": "" }""");
        await channel.Admin.Put(path, """{ "type": "" }""");
        await channel.Admin.Put(path, """{ "base_url": "http://[::1]:8080" }""");
        await channel.Admin.Put(path, """{ "api_key": "" }""");
        await channel.Admin.Put(path, """{ "weight": 10001 }""");
        await channel.Admin.Put(path, """{ "multiplier": 2 }""");
        await channel.Admin.Put("/api/channels/9000000000", """{ "enabled": true }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task A_new_key_is_used_from_then_on()
    {
        var model = Actors.Unique("model");
        var channel = await PlatformChannel.SellAsync(Actors, model);
        var consumer = await Actors.ConsumerAsync();
        var key = Supplier.CredentialOf("openai");
        (await channel.Admin.Put($"/api/channels/{channel.Id}", $$"""{ "api_key": "{{key}}" }""")).Expect(200);

        var upstream = await Suite.UpstreamAsync();
        await Eventually.Async(
            async () =>
            {
                await Way.Chat.CallAsync(consumer.Quietly(), model, "Hello.");
                return (await upstream.CallsAsync(key)).Count;
            },
            static calls => calls > 0, "a call with the new key");
        var deed = (await Trail.AuditAsync(Api.Database, "channel", channel.Id))[^1];
        Assert.Equal(("admin.channel.update", channel.Admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains("\"api_key_replaced\": true", deed.After, StringComparison.Ordinal);
    }
}

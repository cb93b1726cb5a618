namespace SupplyApi.Tests.Admin.Channels;

public sealed class ListChannelModelsTests : ApiTest
{
    [Fact]
    public async Task Lists_what_one_channel_serves_by_name()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var other = await PlatformChannel.OpenAsync(Actors);
        var (second, first) = (Actors.Unique("model-b"), Actors.Unique("model-a"));
        foreach (var model in (string[])[second, first])
        {
            await PlatformChannel.PriceAsync(channel.Admin, model, """{ "provider": "openai" }""");
            await channel.ServeAsync(model, """{ "upstream_model_name": "gpt-4o", "enabled": false }""");
        }

        await channel.Admin.Get($"/api/channels/{channel.Id}/models");
        await channel.Admin.Get($"/api/channels/{other.Id}/models");
        await channel.Admin.Get("/api/channels/9000000000/models");

        Transcript.Matches();
    }
}

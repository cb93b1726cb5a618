namespace SupplyApi.Tests.Admin.Channels;

public sealed class UpdateChannelModelTests : ApiTest
{
    [Fact]
    public async Task Changes_what_is_sent()
    {
        var (admin, served) = await ServedAsync();
        await admin.Put($"/api/channel-models/{served}", """{ "upstream_model_name": "gpt-4o-2024-08-06" }""");
        await admin.Put($"/api/channel-models/{served}", """{ "enabled": false }""");
        await admin.Put($"/api/channel-models/{served}", """{ "enabled": true, "upstream_model_name": null }""");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "channel_model", served))[^1];
        Assert.Equal(("admin.channel_model.update", admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains("\"enabled\": false", deed.Before, StringComparison.Ordinal);
        Assert.Contains("\"enabled\": true", deed.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var (admin, served) = await ServedAsync();
        await admin.Put($"/api/channel-models/{served}", "{}");
        await admin.Put($"/api/channel-models/{served}", """{ "upstream_model_name": "" }""");
        await admin.Put($"/api/channel-models/{served}", """{ "upstream_model_name": "ends with a space " }""");
        await admin.Put($"/api/channel-models/{served}", """{ "enabled": 1 }""");
        await admin.Put($"/api/channel-models/{served}", """{ "model_id": 9000000000 }""");
        await admin.Put("/api/channel-models/9000000000", """{ "enabled": true }""");

        Transcript.Matches();
    }

    private async Task<(Actor Admin, long Served)> ServedAsync()
    {
        var (channel, model) = (await PlatformChannel.OpenAsync(Actors), Actors.Unique("model"));
        await PlatformChannel.PriceAsync(channel.Admin, model);
        return (channel.Admin, await channel.ServeAsync(model));
    }
}

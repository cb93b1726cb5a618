namespace SupplyApi.Tests.Admin.Channels;

public sealed class DeleteChannelModelTests : ApiTest
{
    [Fact]
    public async Task Takes_a_model_from_a_channel_once()
    {
        var (channel, model) = (await PlatformChannel.OpenAsync(Actors), Actors.Unique("model"));
        await PlatformChannel.PriceAsync(channel.Admin, model);
        var served = await channel.ServeAsync(model);
        await channel.Admin.Delete($"/api/channel-models/{served}");
        await channel.Admin.Delete($"/api/channel-models/{served}");
        await channel.Admin.Get($"/api/channels/{channel.Id}/models");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "channel_model", served))[^1];
        Assert.Equal(("admin.channel_model.delete", channel.Admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains(model, deed.Before, StringComparison.Ordinal);
    }
}

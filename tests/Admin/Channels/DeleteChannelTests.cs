namespace SupplyApi.Tests.Admin.Channels;

public sealed class DeleteChannelTests : ApiTest
{
    [Fact]
    public async Task Deletes_what_serves_no_model()
    {
        var model = Actors.Unique("model");
        var channel = await PlatformChannel.OpenAsync(Actors);
        await PlatformChannel.PriceAsync(channel.Admin, model);
        var served = await channel.ServeAsync(model);
        await channel.Admin.Delete($"/api/channels/{channel.Id}");
        (await channel.Admin.Quietly().Delete($"/api/channel-models/{served}")).Expect(200);
        await channel.Admin.Delete($"/api/channels/{channel.Id}");
        await channel.Admin.Delete($"/api/channels/{channel.Id}");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "channel", channel.Id))[^1];
        Assert.Equal(("admin.channel.delete", channel.Admin.Id, null), (deed.Action, deed.OperatorId, deed.After));
    }
}

namespace SupplyApi.Tests.Admin.Channels;

public sealed class DeletePlatformModelTests : ApiTest
{
    [Fact]
    public async Task Deletes_what_no_channel_serves()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var (admin, name) = (channel.Admin, Actors.Unique("model"));
        var model = await PlatformChannel.PriceAsync(admin, name);
        var served = await channel.ServeAsync(name);
        await admin.Delete($"/api/models/{model}");
        (await admin.Quietly().Delete($"/api/channel-models/{served}")).Expect(200);
        await admin.Delete($"/api/models/{model}");
        await admin.Delete($"/api/models/{model}");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "platform_model", model))[^1];
        Assert.Equal(("admin.model.delete", admin.Id, null), (deed.Action, deed.OperatorId, deed.After));
        Assert.Contains(name, deed.Before, StringComparison.Ordinal);
    }
}

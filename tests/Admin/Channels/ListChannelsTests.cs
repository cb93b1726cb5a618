namespace SupplyApi.Tests.Admin.Channels;

/// <summary>A list of everybody's.</summary>
public sealed class ListChannelsTests : OwnProcessTest
{
    [Fact]
    public async Task Lists_all_in_order_and_no_key()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get("/api/channels");
        await PlatformChannel.OpenAsync(Actors, "gemini", """{ "name": "Second to none", "priority": 5 }""");
        await PlatformChannel.OpenAsync(Actors, "openai", """{ "name": "First of all", "enabled": false }""");
        await admin.Get("/api/channels");

        Transcript.Matches();
    }
}

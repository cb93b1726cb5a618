using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Admin.Intents;

public sealed class GetAppIntentTests : ApiTest
{
    [Fact]
    public async Task Shows_whom_it_is_for_in_full()
    {
        var (app, admin) = (await Actors.SignerAsync(), await Actors.AdminAsync());
        var intent = await app.MakeAsync();
        await admin.Get($"/api/intents/{intent}");
        await admin.Get("/api/intents/intent_9000000000");

        Transcript.Matches();
    }
}

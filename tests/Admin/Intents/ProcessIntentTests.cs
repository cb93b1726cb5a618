using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Admin.Intents;

public sealed class ProcessIntentTests : ApiTest
{
    [Fact]
    public async Task Takes_the_step_once()
    {
        var (app, admin) = (await Actors.SignerAsync(), await Actors.AdminAsync());
        var intent = await app.MakeAsync();
        await admin.Post($"/api/intents/{intent}/process");
        await admin.Post($"/api/intents/{intent}/process");
        await admin.Post("/api/intents/intent_9000000000/process");
        await admin.Post("/api/intents/9/process");

        Transcript.Matches();
    }
}

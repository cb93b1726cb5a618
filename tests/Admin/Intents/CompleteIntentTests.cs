using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Admin.Intents;

public sealed class CompleteIntentTests : ApiTest
{
    [Fact]
    public async Task Takes_the_step_once()
    {
        var (app, admin) = (await Actors.SignerAsync(), await Actors.AdminAsync());
        var intent = await app.MakeAsync();
        await Actors.StepAsync(intent, "process");
        await admin.Post($"/api/intents/{intent}/complete");
        await admin.Post($"/api/intents/{intent}/complete");
        await admin.Post("/api/intents/intent_9000000000/complete");
        await admin.Post("/api/intents/9/complete");

        Transcript.Matches();
    }
}

using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Admin.Intents;

public sealed class FailIntentTests : ApiTest
{
    [Fact]
    public async Task Tells_the_app_why()
    {
        var (app, admin) = (await Actors.SignerAsync(), await Actors.AdminAsync());
        var intent = await app.MakeAsync();
        const string Body = """{ "reason": "The shop has closed." }""";
        await admin.Post($"/api/intents/{intent}/fail", Body);
        await Actors.StepAsync(intent, "process");
        await admin.Post($"/api/intents/{intent}/fail", """{ "reason": " " }""");
        await admin.Post($"/api/intents/{intent}/fail", "{}");
        await admin.Post($"/api/intents/{intent}/fail", Body);
        await admin.Post("/api/intents/intent_9000000000/fail", Body);
        await app.Get($"/api/v1/intents/{intent}");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Intents;

public sealed class GetIntentTests : ApiTest
{
    [Fact]
    public async Task Shows_whom_it_is_for_in_full()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        await app.Get($"/api/v1/intents/{intent}");
        await app.BySecondProfile("x-request-id").Get($"/api/v1/intents/{intent}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_it_to_every_app_of_the_consumer()
    {
        var app = await Actors.SignerAsync();
        var other = await app.Owner.CreateAppAsync("HMAC", consumer: app.App.ConsumerId);
        var intent = await app.MakeAsync();
        (await new Signer(Api, null, other).Get($"/api/v1/intents/{intent}")).Expect(200);
    }

    [Fact]
    public async Task Hides_the_intents_of_others()
    {
        var (app, other) = (await Actors.SignerAsync(), await Actors.SignerAsync());
        var sibling = new Signer(Api, Transcript, await app.Owner.CreateAppAsync("HMAC"));
        var intent = await app.MakeAsync();
        await other.Get($"/api/v1/intents/{intent}");
        await sibling.Get($"/api/v1/intents/{intent}");
        await other.Get("/api/v1/intents/intent_9000000000");
        await other.OutsideTheContract().Get("/api/v1/intents/intent_0/x");
        foreach (var id in (string[])["1", "intent_01", "intent_-1", "con_1", "intent_99999999999999999999"])
            (await other.Quietly().Get($"/api/v1/intents/{id}")).Expect(404);

        Transcript.Matches();
    }
}

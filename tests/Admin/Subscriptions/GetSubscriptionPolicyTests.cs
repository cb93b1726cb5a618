namespace SupplyApi.Tests.Admin.Subscriptions;

public sealed class GetSubscriptionPolicyTests : ApiTest
{
    [Fact]
    public async Task Is_on_unless_somebody_turned_it_off()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var admin = await new Actors(api, Transcript).AdminAsync();
        await admin.Get("/api/subscription-policy");
        (await admin.Quietly().Put("/api/subscription-policy", """{ "auto_approve": false }""")).Expect(200);
        await admin.Get("/api/subscription-policy");

        Transcript.Matches();
    }
}

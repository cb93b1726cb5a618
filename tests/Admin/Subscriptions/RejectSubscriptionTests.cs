namespace SupplyApi.Tests.Admin.Subscriptions;

public sealed class RejectSubscriptionTests : ApiTest
{
    private const string Reason = """{ "reason": "This application is not known to us." }""";

    [Fact]
    public async Task Does_not_let_a_consumer_in_and_says_why()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering.Product);
        var admin = await Actors.AdminAsync();
        await admin.Post(PathOf(id), Reason);
        await consumer.Owner.Get($"{consumer.Path}/sub_{id}");
        await admin.Post(PathOf(id), Reason);

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "subscription", id))[^1];
        Assert.Equal(("supply.subscription.reject", admin.Id), (deed.Action, deed.OperatorId));
    }

    [Fact]
    public async Task Refuses_what_is_wrong_and_what_is_not_there()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var id = await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering);
        var admin = await Actors.AdminAsync();
        foreach (var body in (string[])
            ["{}", """{ "reason": "" }""", """{ "reason": " " }""", $$"""{ "reason": "{{new string('n', 201)}}" }"""])
            Assert.Equal(400, (await admin.Post(PathOf(id), body)).Status);
        await admin.Post(PathOf(9_000_000_000), Reason);

        Transcript.Matches();
    }

    private static string PathOf(long id) => $"/api/subscriptions/{id}/reject";
}

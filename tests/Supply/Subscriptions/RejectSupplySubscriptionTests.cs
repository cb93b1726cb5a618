namespace SupplyApi.Tests.Supply.Subscriptions;

public sealed class RejectSupplySubscriptionTests : ApiTest
{
    private const string Reason = """{ "reason": "Nothing is left for this month." }""";

    [Fact]
    public async Task Tells_the_consumer_why()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);
        await offering.Supplier.Post(PathOf(id), Reason);
        await consumer.Owner.Get($"{consumer.Path}/sub_{id}");
        await offering.Supplier.Post(PathOf(id), Reason);
        await offering.Supplier.Post($"/api/v1/supply/subscriptions/{id}/approve");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "subscription", id))[^1];
        Assert.Equal(("supply.subscription.reject", offering.Supplier.Id), (deed.Action, deed.OperatorId));
        Assert.Equal("""{"reason": "Nothing is left for this month.", "status": "INACTIVE"}""", deed.After);
        Assert.Equal(
            "supply.subscription.reject.success",
            (await Trail.OutboxAsync(Api.Database, "subscription_id", id))[^1].Name);
    }

    [Fact]
    public async Task Works_also_when_the_package_is_not_on_sale_any_more()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var id = await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering);
        await offering.PackageAsync("pause");

        (await offering.Supplier.Quietly().Post(PathOf(id), Reason)).Expect(200);
    }

    [Fact]
    public async Task Refuses_to_do_it_without_a_reason()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);
        foreach (var body in (string[])
            [
                "{}", """{ "reason": null }""", """{ "reason": "" }""", """{ "reason": " \t " }""",
                $$"""{ "reason": "{{new string('n', 201)}}" }""", """{ "reason": "a\u0000b" }""",
                """{ "reason": "No.", "status": "EXPIRED" }""",
            ])
        {
            Assert.Equal(400, (await offering.Supplier.Post(PathOf(id), body)).Status);
        }

        Transcript.Matches();
        Assert.Equal("PENDING", await consumer.StatusAsync(id));
    }

    [Fact]
    public async Task Does_not_find_what_belongs_to_others()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var id = await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering);
        var other = await Actors.SupplierAsync();
        await other.Post(PathOf(id), Reason);
        await other.Post(PathOf(9_000_000_000), Reason);

        Transcript.Matches();
    }

    private static string PathOf(long id) => $"/api/v1/supply/subscriptions/{id}/reject";
}

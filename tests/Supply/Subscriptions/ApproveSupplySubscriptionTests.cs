namespace SupplyApi.Tests.Supply.Subscriptions;

public sealed class ApproveSupplySubscriptionTests : ApiTest
{
    [Fact]
    public async Task Lets_a_consumer_in_once()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);
        await offering.Supplier.Post(PathOf(id));
        await consumer.Owner.Get($"{consumer.Path}/sub_{id}");
        await offering.Supplier.Post(PathOf(id));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_has_ended_and_what_is_not_on_sale()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var (one, another) = (await Subscriber.MakeAsync(Actors), await Subscriber.MakeAsync(Actors));
        var (cancelled, waiting) = (await one.SubscribedAsync(offering), await another.SubscribedAsync(offering));
        (await one.Owner.Quietly().Delete($"{one.Path}/sub_{cancelled}")).Expect(204);
        await offering.Supplier.Post(PathOf(cancelled));
        await offering.PackageAsync("pause");
        await offering.Supplier.Post(PathOf(waiting));

        Transcript.Matches();
        await offering.PackageAsync("publish");
        (await offering.Supplier.Quietly().Post(PathOf(waiting))).Expect(200);
    }

    [Fact]
    public async Task Does_not_find_what_belongs_to_others()
    {
        var (own, other) = (await Offering.MakeGuardedAsync(Actors), await Offering.MakeGuardedAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        var (foreign, auto) = (await consumer.SubscribedAsync(other), await consumer.SubscribedAsync(own.Product));
        await own.Supplier.Post(PathOf(foreign));
        await own.Supplier.Post(PathOf(auto));
        await own.Supplier.Post(PathOf(9_000_000_000));
        await consumer.Owner.Post(PathOf(foreign));

        Transcript.Matches();
        Assert.Equal("PENDING", await consumer.StatusAsync(foreign));
    }

    [Fact]
    public async Task Is_on_record()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var id = await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering);
        (await offering.Supplier.Quietly().Post(PathOf(id))).Expect(200);

        var deed = (await Trail.AuditAsync(Api.Database, "subscription", id))[^1];
        Assert.Equal(("supply.subscription.approve", offering.Supplier.Id), (deed.Action, deed.OperatorId));
        Assert.Equal(("""{"status": "PENDING"}""", """{"status": "ACTIVE"}"""), (deed.Before, deed.After));
        Assert.Equal(
            "supply.subscription.approve.success",
            (await Trail.OutboxAsync(Api.Database, "subscription_id", id))[^1].Name);
    }

    private static string PathOf(long id) => $"/api/v1/supply/subscriptions/{id}/approve";
}

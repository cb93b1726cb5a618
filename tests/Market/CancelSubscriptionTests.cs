namespace SupplyApi.Tests.Market;

public sealed class CancelSubscriptionTests : ApiTest
{
    [Fact]
    public async Task Gives_it_up_once_whether_active_or_waiting()
    {
        var (guarded, open) = (await Offering.MakeGuardedAsync(Actors), await Offering.MakeAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        foreach (var id in (long[])[await consumer.SubscribedAsync(open), await consumer.SubscribedAsync(guarded)])
        {
            await consumer.Owner.Delete($"{consumer.Path}/sub_{id}");
            await consumer.Owner.Get($"{consumer.Path}/sub_{id}");
            await consumer.Owner.Delete($"{consumer.Path}/sub_{id}");
        }

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var offering = await Offering.MakeAsync(Actors);
        var one = await Subscriber.MakeAsync(Actors);
        var another = await Subscriber.MakeAsync(Actors, one.Owner);
        var id = await one.SubscribedAsync(offering);
        await one.Owner.Delete($"{another.Path}/sub_{id}");
        await (await Actors.UserAsync()).Delete($"{one.Path}/sub_{id}");
        await offering.Supplier.Delete($"{one.Path}/sub_{id}");
        await one.Owner.Delete($"{one.Path}/sub_9000000000");
        await one.Owner.Delete($"{one.Path}/{id}");

        Transcript.Matches();
        Assert.Equal("ACTIVE", await one.StatusAsync(id));
    }

    [Fact]
    public async Task Is_done_by_one_of_many_at_once()
    {
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            consumer.Owner.Quietly().Delete($"{consumer.Path}/sub_{id}")));

        Assert.Equal(
            (1, 7),
            (answers.Count(static one => one.Status == 204), answers.Count(static one => one.Status == 409)));
        var deeds = await Trail.AuditAsync(Api.Database, "subscription", id);
        Assert.Equal(
            ["supply.subscription.create", "supply.subscription.cancel"], deeds.Select(static one => one.Action));
        Assert.Equal(consumer.Owner.Id, deeds[1].OperatorId);
        Assert.Equal(
            ("""{"status": "ACTIVE"}""", """{"reason": "cancelled", "status": "INACTIVE"}"""),
            (deeds[1].Before, deeds[1].After));
        Assert.Equal(
            ["supply.subscription.create.success", "supply.subscription.cancel.success"],
            (await Trail.OutboxAsync(Api.Database, "subscription_id", id)).Select(static one => one.Name));
    }
}

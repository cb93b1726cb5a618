namespace SupplyApi.Tests.Market;

public sealed class GetSubscriptionTests : ApiTest
{
    [Fact]
    public async Task Shows_one()
    {
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);
        await consumer.Owner.Get($"{consumer.Path}/sub_{id}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var offering = await Offering.MakeAsync(Actors);
        var one = await Subscriber.MakeAsync(Actors);
        var another = await Subscriber.MakeAsync(Actors, one.Owner);
        var id = await one.SubscribedAsync(offering);
        await one.Owner.Get($"{another.Path}/sub_{id}");
        await (await Actors.UserAsync()).Get($"{one.Path}/sub_{id}");
        await one.Owner.Get($"{one.Path}/sub_9000000000");
        await one.Owner.Get($"{one.Path}/{id}");
        await one.Owner.Get($"/api/v1/consumers/con_9000000000/subscriptions/sub_{id}");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Market;

public sealed class ListSubscriptionsTests : ApiTest
{
    [Fact]
    public async Task Lists_the_newest_first_in_any_state()
    {
        var (guarded, open) = (await Offering.MakeGuardedAsync(Actors), await Offering.MakeAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        await consumer.Owner.Get(consumer.Path);
        var first = await consumer.SubscribedAsync(open);
        (await consumer.Owner.Quietly().Delete($"{consumer.Path}/sub_{first}")).Expect(204);
        await consumer.SubscribedAsync(open.Product);
        await consumer.SubscribedAsync(guarded);
        await consumer.Owner.Get(consumer.Path);
        await consumer.Owner.Get($"{consumer.Path}?page=2&size=2");

        Transcript.Matches();
    }

    [Fact]
    public async Task Narrows_the_list()
    {
        var (guarded, open) = (await Offering.MakeGuardedAsync(Actors), await Offering.MakeAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        var (waiting, active) = (await consumer.SubscribedAsync(guarded), await consumer.SubscribedAsync(open));
        await FindsAsync("status=PENDING", waiting);
        await FindsAsync("status=ACTIVE", active);
        await FindsAsync("status=EXPIRED");
        await FindsAsync($"productId={open.Product}", active);
        await FindsAsync($"productId={open.Product}&status=PENDING");
        await FindsAsync($"productName={open.Model[2..].ToUpperInvariant()}", active);
        await FindsAsync("productName=MODEL-", active, waiting);
        await FindsAsync("productName=%25");

        async Task FindsAsync(string query, params long[] expected)
        {
            var answer = (await consumer.Owner.Quietly().Get($"{consumer.Path}?{query}")).Expect(200);
            var seen = answer.At("content")!.AsArray().Select(static one => one!["id"]!.GetValue<string>());
            Assert.Equal(expected.Select(static id => $"sub_{id}"), seen);
            Assert.Equal(expected.Length, answer.Number("totalElements"));
        }
    }

    [Fact]
    public async Task Hides_the_consumers_of_others_and_another_consumers_subscriptions()
    {
        var offering = await Offering.MakeAsync(Actors);
        var one = await Subscriber.MakeAsync(Actors);
        var another = await Subscriber.MakeAsync(Actors, one.Owner);
        await one.SubscribedAsync(offering);
        await another.Owner.Get(another.Path);
        await (await Actors.UserAsync()).Get(one.Path);
        await offering.Supplier.Get(one.Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var consumer = await Subscriber.MakeAsync(Actors);
        foreach (var query in (string[])
            [
                "page=0", "size=101", "status=active", "productId=12", "productId=prod_0", "productName=",
                $"productName={new string('m', 101)}",
            ])
        {
            Assert.Equal(400, (await consumer.Owner.Get($"{consumer.Path}?{query}")).Status);
        }

        Transcript.Matches();
        Assert.Equal(400, (await consumer.Owner.Quietly().Get($"{consumer.Path}?productName=a%00b")).Status);
    }
}

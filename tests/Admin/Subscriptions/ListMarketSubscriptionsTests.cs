namespace SupplyApi.Tests.Admin.Subscriptions;

public sealed class ListMarketSubscriptionsTests : ApiTest
{
    [Fact]
    public async Task Is_the_queue_of_what_is_to_be_decided()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var actors = new Actors(api, Transcript);
        var admin = await actors.AdminAsync();
        await admin.Get("/api/subscriptions");
        var (guarded, open) = (await Offering.MakeGuardedAsync(actors), await Offering.MakeAsync(actors));
        var (one, another) = (await Subscriber.MakeAsync(actors), await Subscriber.MakeAsync(actors));
        await one.SubscribedAsync(guarded);
        await one.SubscribedAsync(open);
        await another.SubscribedAsync(guarded.Product);
        await admin.Get("/api/subscriptions");
        await admin.Get("/api/subscriptions?status=PENDING&page=2&page_size=1");
        await admin.Get("/api/subscriptions?status=EXPIRED");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get("/api/subscriptions?status=open");
        await admin.Get("/api/subscriptions?page=0");
        await admin.Get("/api/subscriptions?page_size=101");

        Transcript.Matches();
    }
}

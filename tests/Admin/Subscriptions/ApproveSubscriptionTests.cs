namespace SupplyApi.Tests.Admin.Subscriptions;

public sealed class ApproveSubscriptionTests : ApiTest
{
    [Fact]
    public async Task Lets_consumers_in_whatever_the_plan()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var (one, another) = (await Subscriber.MakeAsync(Actors), await Subscriber.MakeAsync(Actors));
        var admin = await Actors.AdminAsync();
        var auto = await another.SubscribedAsync(offering.Product);
        await admin.Post(PathOf(await one.SubscribedAsync(offering)));
        await admin.Post(PathOf(auto));
        await admin.Post(PathOf(auto));

        Transcript.Matches();
        Assert.Equal("ACTIVE", await another.StatusAsync(auto));
    }

    [Fact]
    public async Task Refuses_what_is_not_on_sale_and_what_is_not_there()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var id = await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering);
        var admin = await Actors.AdminAsync();
        await offering.PackageAsync("pause");
        await admin.Post(PathOf(id));
        await admin.Post(PathOf(9_000_000_000));

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var id = await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering);
        var admin = await Actors.AdminAsync();
        (await admin.Quietly().Post(PathOf(id))).Expect(200);

        var deed = (await Trail.AuditAsync(Api.Database, "subscription", id))[^1];
        Assert.Equal(("supply.subscription.approve", admin.Id), (deed.Action, deed.OperatorId));
    }

    private static string PathOf(long id) => $"/api/subscriptions/{id}/approve";
}

namespace SupplyApi.Tests.Supply.Subscriptions;

public sealed class ListSupplySubscriptionsTests : ApiTest
{
    private const string Path = "/api/v1/supply/subscriptions";

    [Fact]
    public async Task Lists_who_subscribes_to_own_packages()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var (one, another) = (await Subscriber.MakeAsync(Actors), await Subscriber.MakeAsync(Actors));
        await offering.Supplier.Get(Path);
        await one.SubscribedAsync(offering);
        await offering.AutoApproveAsync(true);
        await another.SubscribedAsync(offering);
        await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering.Product); // auto is nobody's own
        await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(await Offering.MakeAsync(Actors));
        await offering.Supplier.Get(Path);
        await offering.Supplier.Get($"{Path}?page=2&page_size=1");
        await offering.Supplier.Get($"{Path}?status=PENDING");
        await offering.Supplier.Get($"{Path}?status=EXPIRED");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Path}?status=pending");
        await supplier.Get($"{Path}?page=0");
        await supplier.Get($"{Path}?page_size=201");

        Transcript.Matches();
    }
}

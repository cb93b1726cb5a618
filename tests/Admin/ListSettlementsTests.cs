namespace SupplyApi.Tests.Admin;

public sealed class ListSettlementsTests : ApiTest
{
    [Fact]
    public async Task Is_the_queue_of_who_is_to_be_paid()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var actors = new Actors(api, Transcript);
        var admin = await actors.AdminAsync();
        await admin.Get("/api/settlements");
        foreach (var amount in (decimal[])[10, 20.5m])
        {
            var supplier = await actors.SupplierAsync();
            await supplier.GrantAsync(100);
            await supplier.WithdrawAsync(amount);
        }

        await admin.Get("/api/settlements?status=pending&page_size=1");
        await admin.Get("/api/settlements?status=pending&page=2&page_size=1");
        await admin.Get("/api/settlements?status=completed");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get("/api/settlements?status=paid");
        await admin.Get("/api/settlements?page=0");
        await admin.Get("/api/settlements?page_size=101");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Supply.Packages;

public sealed class ListSupplyPackagesTests : ApiTest
{
    private const string Path = "/api/v1/supply/packages";

    [Fact]
    public async Task Is_empty_before_the_first_package()
    {
        await (await Actors.SupplierAsync()).Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Lists_the_newest_first()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        foreach (var quota in (decimal[])[1, 2, 3])
            await supplier.DraftPackageAsync(account, Actors.Unique("model"), new Offer(quota));
        await supplier.Get($"{Path}?page_size=2");
        await supplier.Get($"{Path}?page=2&page_size=2");
        await supplier.Get($"{Path}?page=3&page_size=2");

        Transcript.Matches();
    }

    [Fact]
    public async Task Filters_narrow_it_together()
    {
        var supplier = await Actors.SupplierAsync();
        var (one, other) = (await supplier.MountAccountAsync(), await supplier.MountAccountAsync());
        var (model, another) = (Actors.Unique("model"), Actors.Unique("model"));
        var draft = await supplier.DraftPackageAsync(one, model);
        var active = await supplier.PublishPackageAsync(model, one);
        var elsewhere = await supplier.PublishPackageAsync(model, other);
        var different = await supplier.DraftPackageAsync(one, another);

        Assert.Equal([different, elsewhere, active, draft], await ListAsync(supplier, ""));
        Assert.Equal([elsewhere, active], await ListAsync(supplier, "?status=active"));
        Assert.Equal([elsewhere, active, draft], await ListAsync(supplier, $"?model={model}"));
        Assert.Equal([different, active, draft], await ListAsync(supplier, $"?supply_account_id={one}"));
        Assert.Equal(
            [active], await ListAsync(supplier, $"?status=active&model={model}&supply_account_id={one}"));
        Assert.Empty(await ListAsync(supplier, "?status=sold_out"));
        Assert.Empty(await ListAsync(supplier, "?model=%25"));
        Assert.Empty(await ListAsync(supplier, "?supply_account_id=9000000000"));
        Assert.Empty(await ListAsync(await Actors.SupplierAsync(), $"?model={model}"));
    }

    [Fact]
    public async Task Refuses_filters_and_pages_that_cannot_be()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Path}?page=0");
        await supplier.Get($"{Path}?page_size=201");
        await supplier.Get($"{Path}?status=gone");
        await supplier.Get($"{Path}?status=");
        await supplier.Get($"{Path}?supply_account_id=one");
        await supplier.Get($"{Path}?supply_account_id=0");
        await supplier.Get($"{Path}?supply_account_id=99999999999999999999");

        Transcript.Matches();
        Assert.Equal(400, (await supplier.Quietly().Get($"{Path}?model=a%00b")).Status);
    }

    private static async Task<IEnumerable<long>> ListAsync(Supplier supplier, string query)
    {
        var answer = (await supplier.Quietly().Get(Path + query)).Expect(200);
        var ids = answer.At("data")!.AsArray().Select(static one => one!["package_id"]!.GetValue<long>()).ToList();
        Assert.Equal(ids.Count, answer.Number("pagination.total"));
        return ids;
    }
}

namespace SupplyApi.Tests.Supply.Packages;

public sealed class UnlistSupplyPackageTests : ApiTest
{
    [Fact]
    public async Task Ends_a_package_for_good()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Supplier.Post(PathOf(sale.Package));
        await sale.Supplier.Post(PathOf(sale.Package));
        await sale.Supplier.Post($"/api/v1/supply/packages/{sale.Package}/publish");

        Transcript.Matches();
        await sale.BuyingAnswersAsync(404, "!tokens=1,1", seconds: 3);
    }

    [Fact]
    public async Task Ends_a_paused_one_too()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        (await supplier.Post($"/api/v1/supply/packages/{package}/pause")).Expect(200);
        (await supplier.Post(PathOf(package))).Expect(200);

        Assert.Equal(("paused", "expired"), (await PackageRows.TrailAsync(Api.Database, package))[^1].Status);
    }

    [Fact]
    public async Task Refuses_every_other_state()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var draft = await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        var soldOut = await Sale.SoldOutAsync(Actors, supplier, account);
        await supplier.Post(PathOf(draft));
        await supplier.Post(PathOf(soldOut));
        await supplier.Post(PathOf(9_000_000_000));

        Transcript.Matches();
        Assert.Empty(await PackageRows.TasksAsync(Api.Database, draft));
        Assert.Empty(await PackageRows.TasksAsync(Api.Database, soldOut));
    }

    [Fact]
    public async Task Leaves_one_task_to_reconcile_and_is_on_record()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => supplier.Quietly().Post(PathOf(package))));
        var task = Assert.Single(await PackageRows.TasksAsync(Api.Database, package));
        var deed = (await PackageRows.TrailAsync(Api.Database, package))[^1];

        Assert.Single(answers, static one => one.Status == 200);
        Assert.True(task.IsOpen);
        Assert.Equal(task.CreatedAt.Date.AddDays(2), task.DueAt);
        Assert.Equal(("supply.package.unlist", supplier.Id), (deed.Action, deed.OperatorId));
        Assert.Equal(("active", "expired"), deed.Status);
        Assert.Single(
            await PackageRows.OutboxAsync(Api.Database, package),
            static name => name == "supply.package.unlist.success");
    }

    private static string PathOf(long package) => $"/api/v1/supply/packages/{package}/unlist";
}

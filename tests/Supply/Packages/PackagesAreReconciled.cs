using System.Security.Cryptography;

namespace SupplyApi.Tests.Supply.Packages;

/// <summary>On T+1 of a package's end what was charged is held against what is gone from its quota.</summary>
public sealed class PackagesAreReconciled
{
    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task And_agree()
    {
        await using var today = await StartAsync(0, null);
        var sale = await Sale.MakeAsync(new Actors(today, null));
        (await sale.BuyAsync("!tokens=10,5")).Expect(200);
        (await sale.BuyAsync("!tokens=1,1")).Expect(200);
        await NothingTakenAheadAsync(today, sale);
        await UnlistAsync(sale.Supplier, sale.Package);

        await using var late = await StartAsync(2, today.Database);
        await DoneAsync(late, sale.Package);
        var deed = (await PackageRows.TrailAsync(late.Database, sale.Package))[^1];
        Assert.Equal(("supply.package.reconcile", 0), (deed.Action, deed.OperatorId));
        Assert.Matches("^reconcile_[0-9a-f]{32}$", deed.RequestId);
        Assert.Equal("""{"used":0.023,"charged":0.023}""", deed.After!.ToJsonString());
        Assert.Single(
            await PackageRows.OutboxAsync(late.Database, sale.Package),
            static name => name == "supply.package.reconcile.success");
    }

    [Fact]
    public async Task And_a_difference_is_told()
    {
        await using var today = await StartAsync(0, null);
        var sale = await Sale.MakeAsync(new Actors(today, null));
        (await sale.BuyAsync("!tokens=10,5")).Expect(200);
        await NothingTakenAheadAsync(today, sale);
        await UnlistAsync(sale.Supplier, sale.Package);
        // No operation can do this: it is what the reconciliation is there to find.
        await today.Database.RunAsOwnerAsync(FormattableString.Invariant(
            $"update supply_packages set available_quota = available_quota - 1 where id = {sale.Package}"));

        await using var late = await StartAsync(2, today.Database);
        await DoneAsync(late, sale.Package);
        var deed = (await PackageRows.TrailAsync(late.Database, sale.Package))[^1];
        Assert.Equal(("invariant_violation", 0), (deed.Action, deed.OperatorId));
        Assert.Equal(
            """{"code":"package_charges_equal_used_quota","used":1.02,"charged":0.02}""", deed.After!.ToJsonString());
        Assert.Single(
            await PackageRows.OutboxAsync(late.Database, sale.Package),
            static name => name == "supply.package.reconcile.failure");
    }

    [Fact]
    public async Task Neither_too_early_nor_while_a_call_is_under_way()
    {
        await using var today = await StartAsync(0, null);
        var actors = new Actors(today, null);
        var supplier = await actors.SupplierAsync();
        var due = await supplier.PublishPackageAsync("model-due", await supplier.MountAccountAsync());
        await UnlistAsync(supplier, due);
        var busy = await Sale.MakeAsync(actors);
        using var call = await busy.Consumer.OpenChatAsync(busy.Model, "!chunks=200 !slow=1000 !tokens=10,20");
        await UnlistAsync(busy.Supplier, busy.Package);

        // What is unlisted a day later is due a day later. All are looked at in the order of their days.
        await using var tomorrow = await StartAsync(1, today.Database);
        var later = await supplier.PublishPackageAsync("model-later", await supplier.MountAccountAsync());
        (await supplier.At(tomorrow).Post($"/api/v1/supply/packages/{later}/unlist")).Expect(200);

        await using var late = await StartAsync(2, today.Database);
        await DoneAsync(late, due);
        Assert.True((await PackageRows.TasksAsync(late.Database, busy.Package)).Single().IsOpen);
        Assert.True((await PackageRows.TasksAsync(late.Database, later)).Single().IsOpen);
    }

    private Task<SupplyApiProcess> StartAsync(int days, TestDatabase? database) => SupplyApiProcess.StartAsync(
        new() { ["Supply__MasterKey"] = masterKey, ["Supply__ClockOffset"] = $"{days}.00:00:00" }, database);

    private static async Task UnlistAsync(Supplier supplier, long package) =>
        (await supplier.Post($"/api/v1/supply/packages/{package}/unlist")).Expect(200);

    // Until then calls may be under way, and the next round is half a minute away.
    private static Task NothingTakenAheadAsync(SupplyApiProcess api, Sale sale) => Eventually.Async(
        () => PackageRows.TakenAheadAsync(api.Database, sale.Package), static taken => taken == 0,
        "nothing taken ahead");

    private static async Task DoneAsync(SupplyApiProcess api, long package) => await Eventually.Async(
        async () => (await PackageRows.TasksAsync(api.Database, package)).Single(),
        static task => !task.IsOpen,
        $"package {package} is reconciled");
}

using System.Security.Cryptography;

namespace SupplyApi.Tests.Supply.Packages;

/// <summary>When the valid days are over a package ends by itself, once, in the platform's own name.</summary>
public sealed class PackagesExpire
{
    private const int ValidDays = 30;
    private const int Many = 230; // more than two rounds take

    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task From_every_state_that_has_an_end()
    {
        await using var today = await StartAsync(0, null);
        var actors = new Actors(today, null);
        var supplier = await actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var active = await supplier.PublishPackageAsync("model-active", account);
        var paused = await supplier.PublishPackageAsync("model-paused", account);
        (await supplier.Post($"/api/v1/supply/packages/{paused}/pause")).Expect(200);
        var soldOut = await Sale.SoldOutAsync(actors, supplier, account);
        var draft = await supplier.DraftPackageAsync(account, "model-draft");

        await using var late = await StartAsync(ValidDays + 1, today.Database);
        foreach (var (package, before) in new[] { (active, "active"), (paused, "paused"), (soldOut, "sold_out") })
        {
            await Eventually.Async(
                () => StatusAsync(supplier, package), static seen => seen == "expired", $"{before} has expired");
            var deed = (await PackageRows.TrailAsync(today.Database, package))[^1];
            Assert.Equal(("supply.package.expire", 0), (deed.Action, deed.OperatorId));
            Assert.Matches("^expiry_[0-9a-f]{32}$", deed.RequestId);
            Assert.Equal((before, "expired"), deed.Status);
            Assert.Single(
                await PackageRows.OutboxAsync(today.Database, package),
                static name => name == "supply.package.expire.success");
        }

        Assert.Equal("draft", await StatusAsync(supplier, draft));
        Assert.Equal(409, (await supplier.Post($"/api/v1/supply/packages/{active}/publish")).Status);
    }

    [Fact]
    public async Task Not_a_day_too_early()
    {
        await using var today = await StartAsync(0, null);
        var supplier = await new Actors(today, null).SupplierAsync();
        var first = await supplier.PublishPackageAsync("model-first");

        // What is published a day later outlives the first: when that is gone, this was looked at as well.
        await using var tomorrow = await StartAsync(1, today.Database);
        var draft = await supplier.DraftPackageAsync(await supplier.MountAccountAsync(), "model-second");
        var publish = await new Client(tomorrow, null).WithCredential(supplier.Token)
            .Post($"/api/v1/supply/packages/{draft}/publish");
        publish.Expect(200);

        await using var late = await StartAsync(ValidDays, today.Database, "00:01:00");
        await Eventually.Async(
            () => StatusAsync(supplier, first), static seen => seen == "expired", "the first has expired");
        Assert.Equal("active", await StatusAsync(supplier, draft));
    }

    [Fact]
    public async Task Once_however_many_they_are_and_however_many_nodes()
    {
        await using var today = await StartAsync(0, null);
        var supplier = await new Actors(today, null).SupplierAsync();
        var account = await supplier.MountAccountAsync("anthropic");
        var packages = new List<long>();
        for (var one = 0; one < Many; one++)
            packages.Add(await supplier.PublishPackageAsync($"model-{one}", account));

        var nodes = await Task.WhenAll(
            StartAsync(ValidDays + 1, today.Database), StartAsync(ValidDays + 1, today.Database));
        await Eventually.Async(
            async () => (await supplier.Get("/api/v1/supply/packages?status=expired&page_size=1"))
                .Number("pagination.total"),
            static seen => seen == Many,
            "all have expired");
        foreach (var package in packages)
            Assert.Single(
                await PackageRows.TrailAsync(today.Database, package),
                static one => one.Action == "supply.package.expire");
        foreach (var node in nodes) await node.DisposeAsync();
    }

    private Task<SupplyApiProcess> StartAsync(int days, TestDatabase? database, string time = "00:00:00") =>
        SupplyApiProcess.StartAsync(
            new() { ["Supply__MasterKey"] = masterKey, ["Supply__ClockOffset"] = $"{days}.{time}" }, database);

    private static async Task<string> StatusAsync(Supplier supplier, long package) =>
        (await supplier.Get($"/api/v1/supply/packages/{package}")).Expect(200).Text("data.status");
}

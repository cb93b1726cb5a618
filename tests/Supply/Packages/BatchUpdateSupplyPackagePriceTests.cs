namespace SupplyApi.Tests.Supply.Packages;

public sealed class BatchUpdateSupplyPackagePriceTests : ApiTest
{
    private const string Path = "/api/v1/supply/packages/batch-price";

    [Fact]
    public async Task Prices_many_and_names_every_failure()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var draft = await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        var active = await supplier.PublishPackageAsync(Actors.Unique("model"), account);
        var soldOut = await Sale.SoldOutAsync(Actors, supplier, account);
        var expired = await supplier.PublishPackageAsync(Actors.Unique("model"), account);
        (await supplier.Quietly().Post($"/api/v1/supply/packages/{expired}/unlist")).Expect(200);
        var foreign = await (await Actors.SupplierAsync()).PublishPackageAsync(Actors.Unique("model"));
        await supplier.Post(Path, Batch(
            (draft, 0, 0.000001m), (active, 1.5m, 2.5m), (draft, 9, 9), (soldOut, 1, 1), (expired, 1, 1),
            (foreign, 1, 1), (9_000_000_000, 1, 1), (9_000_000_000, 1, 1), (9_000_000_001, -1, 1),
            (9_000_000_002, 1, 0.0000001m)));
        await supplier.Get($"/api/v1/supply/packages/{draft}");
        await supplier.Get($"/api/v1/supply/packages/{active}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_1_to_200_items()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var package = await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        await supplier.Post(Path, """{ "items": [] }""");
        await supplier.Post(Path, """{ "items": [null] }""");
        await supplier.Post(Path, "{}");
        await supplier.Post(Path, $$"""{ "items": [{ "package_id": {{package}}, "price_per_1m_input": 1 }] }""");

        Transcript.Matches();
        (long, decimal, decimal)[] many =
            [(package, 3, 4), .. Enumerable.Range(1, 200).Select(static one => (9_000_000_000L + one, 1m, 1m))];
        Assert.Equal(400, (await supplier.Quietly().Post(Path, Batch(many))).Status);
        var most = (await supplier.Quietly().Post(Path, Batch(many[..200]))).Expect(200);
        Assert.Equal(
            (200, 1, 199),
            (most.Number("data.total"), most.Number("data.success_count"), most.Number("data.failed_count")));
    }

    [Fact]
    public async Task Asks_for_both_headers()
    {
        var supplier = await Actors.SupplierAsync();
        var batch = Batch((9_000_000_000, 1, 1));
        await supplier.With("Idempotency-Key", "").Post(Path, batch);
        await supplier.With("X-Request-Id", "").Post(Path, batch);

        Transcript.Matches();
    }

    [Fact]
    public async Task Answers_a_repeat_with_the_same_receipt()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var batch = Batch((package, 3, 4), (9_000_000_000, 3, 4));
        var first = await once.Post(Path, batch);
        (await supplier.Quietly().Post(Path, Batch((package, 5, 6)))).Expect(200);
        var repeat = await once.Post(Path, batch);
        await once.Post(Path, Batch((package, 3, 5)));
        await supplier.Get($"/api/v1/supply/packages/{package}");

        Transcript.Matches();
        Assert.Equal(first.Body, repeat.Body);
    }

    [Fact]
    public async Task Says_so_while_the_first_still_runs()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        await using var row = await HeldRow.OfPackageAsync(Api.Database, package);
        var first = once.Post(Path, Batch((package, 3, 4)));
        await row.AwaitedByAsync(1);
        await once.Post(Path, Batch((package, 3, 4)));
        await row.LetGoAsync();
        await first;

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record_with_the_prices_before_and_after()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        (await supplier.Post(Path, Batch((package, 3.5m, 4)))).Expect(200);
        (await supplier.Post(Path, Batch((package, 3.50m, 4.0m)))).Expect(200);
        var trail = await PackageRows.TrailAsync(Api.Database, package);

        var deed = Assert.Single(trail, static one => one.Action == "supply.package.price.batch_update");
        Assert.Equal(supplier.Id, deed.OperatorId);
        Assert.Equal(
            """{"price_per_1m_input":1,"price_per_1m_output":2}""", deed.Before!.ToJsonString());
        Assert.Equal(
            """{"price_per_1m_input":3.5,"price_per_1m_output":4}""", deed.After!.ToJsonString());
        Assert.Single(
            await PackageRows.OutboxAsync(Api.Database, package),
            static name => name == "supply.package.price.success");
    }

    [Fact]
    public async Task A_new_price_is_for_later_calls()
    {
        var sale = await Sale.MakeAsync(Actors);
        using var running = await sale.Consumer.OpenChatAsync(sale.Model, "!chunks=20 !slow=25 !tokens=10,20");
        var dearer = Batch((sale.Package, 5000, 7000));
        (await sale.Supplier.Quietly().Post(Path, dearer)).Expect(200);
        await running.Content.ReadAsStringAsync();
        const decimal AtTheOldPrice = (10 * Sale.PerInputToken) + (20 * Sale.PerOutputToken);
        Assert.Equal(AtTheOldPrice, await sale.ChargedAsync());

        var (charged, calls) = (AtTheOldPrice, 1);
        var last = await Eventually.Async(BuyAsync, static cost => cost != AtTheOldPrice, "another price");
        Assert.Equal((10 * 0.005m) + (20 * 0.007m), last);

        // The gateway learns of the price by notification, not by the answer that confirms it.
        async Task<decimal> BuyAsync()
        {
            (await sale.BuyAsync("!tokens=10,20")).Expect(200);
            var before = charged;
            charged = await sale.ChargedAsync(++calls);
            return charged - before;
        }
    }

    [Fact]
    public async Task A_crash_in_the_middle_keeps_what_is_done_and_a_repeat_does_the_rest()
    {
        await using var own = await SupplyApiProcess.StartAsync();
        var supplier = await new Actors(own, null).SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var done = await supplier.PublishPackageAsync("model-one", account);
        var held = await supplier.PublishPackageAsync("model-two", account);
        var once = supplier.With("Idempotency-Key", "crash-and-repeat");
        var batch = Batch((done, 3, 4), (held, 3, 4));
        await using (var row = await HeldRow.OfPackageAsync(own.Database, held))
        {
            var cut = once.Post(Path, batch);
            await row.AwaitedByAsync(1);
            Assert.Equal(4, await PriceAsync(supplier, done));
            await own.KillAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => cut);
        }

        await own.StartAgainAsync();
        var repeat = await Eventually.Async(
            () => once.Post(Path, batch), static one => one.Status == 200, "the dead process's key is free");
        Assert.Equal((null, 2), (repeat.Header("Idempotent-Replay"), repeat.Number("data.success_count")));
        Assert.Equal((4, 4), (await PriceAsync(supplier, done), await PriceAsync(supplier, held)));
        foreach (var package in (long[])[done, held])
            Assert.Single(
                await PackageRows.TrailAsync(own.Database, package),
                static one => one.Action == "supply.package.price.batch_update");
    }

    // Each needs two connections: more of them at once than the pool has must not wait for each other.
    [Fact]
    public async Task More_batches_than_connections_all_end()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        var answers = await Task.WhenAll(Enumerable.Range(1, 80)
            .Select(one => supplier.Quietly().Post(Path, Batch((package, one, one)))));

        Assert.All(answers, static one => Assert.True(one.Status == 200, one.ToString()));
        Assert.All(answers, static one => Assert.Equal(1, one.Number("data.success_count")));
    }

    private static async Task<decimal> PriceAsync(Supplier supplier, long package) =>
        (await supplier.Get($"/api/v1/supply/packages/{package}")).Expect(200).Amount("data.price_per_1m_output");

    private static string Batch(params (long Package, decimal Input, decimal Output)[] items) =>
        $$"""{ "items": [{{string.Join(", ", items.Select(Item))}}] }""";

    private static string Item((long Package, decimal Input, decimal Output) one) => FormattableString.Invariant(
        $$"""
        { "package_id": {{one.Package}}, "price_per_1m_input": {{one.Input}}, "price_per_1m_output": {{one.Output}} }
        """);
}

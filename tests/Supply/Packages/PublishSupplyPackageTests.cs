namespace SupplyApi.Tests.Supply.Packages;

public sealed class PublishSupplyPackageTests : ApiTest
{
    [Fact]
    public async Task Puts_a_draft_on_sale_once()
    {
        var (supplier, path) = await DraftedAsync();
        await supplier.Post(path);
        await supplier.Post(path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Asks_for_both_headers()
    {
        var (supplier, path) = await DraftedAsync();
        await supplier.With("Idempotency-Key", "").Post(path);
        await supplier.With("Idempotency-Key", "seven-7").Post(path);
        await supplier.With("X-Request-Id", "").Post(path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Answers_a_repeat_as_it_did_the_first_time()
    {
        var (supplier, path) = await DraftedAsync();
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        await once.Post(path);
        await once.Post(path);
        await once.Post("/api/v1/supply/packages/9000000000/publish");

        Transcript.Matches();
    }

    [Fact]
    public async Task Says_so_while_the_first_still_runs()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var path = PathOf(await supplier.DraftPackageAsync(account, Actors.Unique("model")));
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        await using var row = await HeldRow.OfAccountAsync(Api.Database, account);
        var first = once.Post(path);
        await row.AwaitedByAsync(1);
        await once.Post(path);
        await row.LetGoAsync();
        await first;
        await once.Post(path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_more_than_the_account_has()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync(mark: "poor");
        var first = await DraftAsync(supplier, account, 0.3m);
        var second = await DraftAsync(supplier, account, 0.3m);
        await supplier.Post(first);
        await supplier.Post(second);

        Transcript.Matches();
    }

    [Fact]
    public async Task Two_at_once_do_not_promise_the_same_quota()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync(mark: "poor");
        var first = await DraftAsync(supplier, account, 0.3m);
        var second = await DraftAsync(supplier, account, 0.3m);
        await using var row = await HeldRow.OfAccountAsync(Api.Database, account);
        Task<Answer>[] both = [supplier.Post(first), supplier.Post(second)];
        await row.AwaitedByAsync(2);
        await row.LetGoAsync();
        var answers = await Task.WhenAll(both);

        Assert.Single(answers, static one => one.Status == 200);
        var refused = Assert.Single(answers, static one => one.Status == 409);
        Assert.Equal("SUP_PKG_4002", refused.Text("error.code"));
    }

    [Fact]
    public async Task Quota_that_the_provider_does_not_tell_is_the_suppliers_word()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync("anthropic");

        Assert.Equal(200, (await supplier.Post(await DraftAsync(supplier, account, 1_000_000_000))).Status);
    }

    private async Task<(Supplier Supplier, string Path)> DraftedAsync()
    {
        var supplier = await Actors.SupplierAsync();
        return (supplier, await DraftAsync(supplier, await supplier.MountAccountAsync(), 10));
    }

    private async Task<string> DraftAsync(Supplier supplier, long account, decimal quota) =>
        PathOf(await supplier.DraftPackageAsync(account, Actors.Unique("model"), new Offer(quota)));

    private static string PathOf(long package) => $"/api/v1/supply/packages/{package}/publish";
}

using System.Globalization;

namespace SupplyApi.Tests.Supply.Settlements;

public sealed class CancelSupplySettlementWithdrawTests : ApiTest
{
    [Fact]
    public async Task Gives_everything_back()
    {
        var (supplier, path) = await PendingAsync();
        await supplier.Post(path);
        await supplier.Get("/api/v1/supply/balance");
        await supplier.Get(path[..^"/cancel".Length]);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_being_paid_or_over()
    {
        foreach (var steps in (string[][])[["process"], ["process", "complete"], ["fail"]])
        {
            var (supplier, path) = await PendingAsync();
            await Api.DecideAsync(IdIn(path), steps);
            await supplier.Post(path);
        }

        Transcript.Matches();
    }

    [Fact]
    public async Task Answers_a_repeat_as_it_did_the_first_time()
    {
        var (supplier, path) = await PendingAsync();
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        await once.Post(path);
        await once.Post(path);
        await supplier.Post(path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Asks_for_both_headers()
    {
        var (supplier, path) = await PendingAsync();
        await supplier.With("Idempotency-Key", "").Post(path);
        await supplier.With("X-Request-Id", "").Post(path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Says_so_while_the_first_still_runs()
    {
        var (supplier, path) = await PendingAsync();
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var settlement = IdIn(path);
        await using var row = await HeldRow.OfSettlementAsync(Api.Database, settlement);
        var first = once.Post(path);
        await row.AwaitedByAsync(1);
        await once.Post(path);
        await row.LetGoAsync();
        await first;

        Transcript.Matches();
    }

    // Whoever comes first decides; the other is told, and the money is where the first put it.
    [Fact]
    public async Task A_race_with_the_admin_has_one_winner()
    {
        var (supplier, path) = await PendingAsync();
        var settlement = IdIn(path);
        var admin = await Actors.AdminAsync();
        await using var row = await HeldRow.OfSettlementAsync(Api.Database, settlement);
        var cancelled = supplier.Quietly().Post(path);
        var processed = admin.Quietly().Post($"/api/settlements/{settlement}/process");
        await row.AwaitedByAsync(2);
        await row.LetGoAsync();

        Assert.Equal([200, 409], new[] { (await cancelled).Status, (await processed).Status }.Order());
        var balance = await supplier.Quietly().Get("/api/v1/supply/balance");
        Assert.Equal((await cancelled).Status == 200 ? 0 : 40.5m, balance.Amount("data.withdrawing"));
        Assert.Equal(100, balance.Amount("data.withdrawing") + balance.Amount("data.available"));
    }

    private static long IdIn(string path) => long.Parse(path.Split('/')[5], CultureInfo.InvariantCulture);

    private async Task<(Supplier Supplier, string Path)> PendingAsync()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        return (supplier, $"/api/v1/supply/settlements/{await supplier.WithdrawAsync(40.5m)}/cancel");
    }
}

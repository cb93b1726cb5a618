using System.Globalization;

namespace SupplyApi.Tests.Supply.Settlements;

/// <summary>Once paid, a withdrawal is told to the records behind it: the oldest first, as far as it reaches.</summary>
public sealed class RecordsBecomeWithdrawn : OwnProcessTest
{
    private const string Records = "/api/v1/supply/earnings/records?page_size=200";

    // Calls of 0.9 each; 2.5 reaches over two of them and into the third, which the next withdrawal finishes.
    [Fact]
    public async Task As_far_as_the_amount_reaches()
    {
        var sale = await Sale.MakeAsync(Actors);
        for (var call = 0; call < 5; call++) (await sale.BuyAsync("!tokens=1000,0")).Expect(200);
        await sale.ChargedAsync(5);
        await AvailableAsync(sale.Supplier, 4.5m);

        var first = await sale.Supplier.WithdrawAsync(2.5m);
        Assert.All(await StatusesAsync(sale.Supplier), static one => Assert.Equal("available", one.Status));
        await Api.DecideAsync(first, "process", "complete");
        await Eventually.Async(
            () => StatusesAsync(sale.Supplier),
            records => records.Select(static one => one.Settlement).SequenceEqual(
                [first, first, null, null, null]),
            "two records are withdrawn");
        await MoneyProof.HoldsAsync(Api);
    }

    [Fact]
    public async Task A_cancelled_one_leaves_no_trace_in_them()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=1000,0")).Expect(200);
        await sale.ChargedAsync();
        await AvailableAsync(sale.Supplier, 0.9m);
        var settlement = await sale.Supplier.WithdrawAsync(0.9m);
        (await sale.Supplier.Quietly().Post($"/api/v1/supply/settlements/{settlement}/cancel")).Expect(200);

        await MoneyProof.HoldsAsync(Api);
        Assert.Equal(("available", null), Assert.Single(await StatusesAsync(sale.Supplier)));
        await AvailableAsync(sale.Supplier, 0.9m);
    }

    [Fact]
    public async Task A_refund_goes_out_with_what_it_is_taken_from()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(10);
        var admin = await Api.FounderAsync();
        (await admin.Quietly().Post($"/api/users/{supplier.Id}/earnings", """
            { "earnings_type": "refund", "amount": "3", "description": "A call went wrong." }
            """)).Expect(201);
        var settlement = await supplier.WithdrawAsync(7);
        await Api.DecideAsync(settlement, "process", "complete");

        await Eventually.Async(
            () => StatusesAsync(supplier),
            records => records.All(one => one == ("withdrawn", settlement)),
            "both records are withdrawn");
        await MoneyProof.HoldsAsync(Api);
    }

    protected override Dictionary<string, string> Settings { get; } =
        new() { ["Supply__EarningsHold"] = "00:00:00", ["Supply__PlatformFeeRate"] = "0.1" };

    private static async Task AvailableAsync(Supplier supplier, decimal amount) => await Eventually.Async(
        async () => (await supplier.Quietly().Get("/api/v1/supply/balance")).Amount("data.available"),
        available => available == amount,
        $"{amount.ToString(CultureInfo.InvariantCulture)} is available");

    /// <summary>The oldest first.</summary>
    private static async Task<List<(string Status, long? Settlement)>> StatusesAsync(Supplier supplier) =>
    [
        .. (await supplier.Quietly().Get(Records)).Expect(200).At("data")!.AsArray().Reverse().Select(static one =>
            (one!["status"]!.GetValue<string>(), one["settlement_id"]?.GetValue<long>())),
    ];
}

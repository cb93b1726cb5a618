namespace SupplyApi.Tests.Ledgers;

/// <summary>`supply verify-ledger` finds whatever somebody did behind the service's back.</summary>
public sealed class TheFirstBrokenRowIsNamed : OwnProcessTest
{
    [Theory]
    [InlineData("an entry's amount",
        "update ledger_entries set amount = amount + 1 where kind = 'earnings_available' and seq = 1",
        "entry {supplier}/earnings_available/1")]
    [InlineData("an entry and all that hangs on it but its hash", """
        update ledger_entries set amount = amount + 1, balance = balance + 1
         where kind in ('earnings_available') and seq = 1
        """, "entry {supplier}/earnings_available/1")]
    [InlineData("an entry's reference",
        "update ledger_entries set reference = 'user/1' where kind = 'withdrawing' and seq = 1",
        "entry {supplier}/withdrawing/1")]
    [InlineData("an entry that is gone",
        "delete from ledger_entries where kind = 'earnings_available' and seq = 1",
        "entry {supplier}/earnings_available/2")]
    [InlineData("the last entry, gone without a gap",
        "delete from ledger_entries where kind = 'paid_out'", "transfer")]
    [InlineData("a balance",
        "update ledger_accounts set balance = balance + 1 where kind = 'earnings_available'",
        "account {supplier}/earnings_available")]
    [InlineData("an account",
        "delete from ledger_accounts where kind = 'paid_out'", "account {supplier}/paid_out")]
    [InlineData("a lot",
        "update supply_earning_lots set available = available + 1", "account {supplier}/earnings_available")]
    [InlineData("a settlement",
        "update supply_settlements set net_amount = net_amount + 1, total_amount = total_amount + 1",
        "account {supplier}/paid_out")]
    [InlineData("an earning record",
        "update supply_earnings set amount = amount + 1", "available records of {supplier}")]
    [InlineData("a day's sum",
        "update supply_billing_days set net_earnings = net_earnings + 1", "day ")]
    public async Task Whatever_was_changed(string what, string change, string named)
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(60);
        await supplier.GrantAsync(40);
        var settlement = await supplier.WithdrawAsync(10);
        await Api.DecideAsync(settlement, "process", "complete");
        var before = await Api.RunAsync("verify-ledger");
        Assert.True(before.ExitCode == 0, string.Join('\n', before.Output));
        Assert.Matches("^ledger: sums to zero, [0-9]+ entries verified$", Assert.Single(before.Output));

        await Api.Database.RunAsOwnerAsync(change);
        Api.Database.IsTampered = true;
        var after = await Api.RunAsync("verify-ledger");
        Assert.True(after.ExitCode == 1, what);
        Assert.StartsWith(
            "ledger: broken at " + named.Replace("{supplier}", $"{supplier.Id}", StringComparison.Ordinal),
            Assert.Single(after.Output), StringComparison.Ordinal);
    }
}

using System.Security.Cryptography;

namespace SupplyApi.Tests.Faults;

/// <summary>
/// A node dies with calls in its journal that the database has not seen. When its disk comes back in time they are
/// charged to its leases; when it comes back late, after the leases have ended, to the accounts themselves.
/// </summary>
public sealed class NodesAreBelievedDead : IAsyncLifetime
{
    private const decimal Cost = (10 * Sale.PerInputToken) + (5 * Sale.PerOutputToken);
    private const int Calls = 5;

    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private TestDatabase database = null!;
    private ChaosProxy line = null!;
    private SupplyApiProcess node = null!;
    private SupplyApiProcess other = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.MigratedAsync();
        line = new ChaosProxy(database.Port);
        node = await StartAsync(database.ConnectionStringThrough(line.Port));
        other = await StartAsync(database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await other.DisposeAsync();
        await line.DisposeAsync();
        await MoneyProof.SumsToZeroAsync(database);
    }

    [Fact]
    public async Task And_what_they_took_ahead_is_free_again()
    {
        var sale = await DieAsync();
        await NothingTakenAsync(sale);
        Assert.Equal(Sale.Balance - Cost, await BalanceAsync(sale));
        await MoneyProof.HoldsAsync(other);
    }

    [Fact]
    public async Task And_come_back_late()
    {
        var sale = await DieAsync();
        await NothingTakenAsync(sale);
        line.Resume();
        await node.StartAgainAsync();

        Assert.Equal((1 + Calls) * Cost, await sale.ChargedAsync(1 + Calls));
        Assert.Equal(Sale.Balance - ((1 + Calls) * Cost), await BalanceAsync(sale));
        await NothingTakenAsync(sale);
        await MoneyProof.HoldsAsync(other);
    }

    [Fact]
    public async Task And_the_money_is_spent_when_they_come_back()
    {
        var sale = await DieAsync();
        await NothingTakenAsync(sale);
        var founder = await node.FounderAsync();
        var left = FormattableString.Invariant($$"""{ "balance": "{{2.5m * Cost}}" }""");
        (await founder.Quietly().At(other).Put($"/api/users/{sale.Consumer.Id}", left)).Expect(200);
        line.Resume();
        await node.StartAgainAsync();

        // Two and a half calls are paid; the others are nobody's, but they are on the books.
        Assert.Equal(3.5m * Cost, await sale.ChargedAsync(1 + Calls));
        Assert.Equal(0, await BalanceAsync(sale));
        await NothingTakenAsync(sale);
        await MoneyProof.HoldsAsync(other);
    }

    [Fact]
    public async Task And_were_only_cut_off()
    {
        var sale = await BuyAsync();
        await NothingTakenAsync(sale);
        Assert.Equal(503, (await sale.Consumer.ChatAsync(sale.Model, "!tokens=10,5", "\"max_tokens\": 9")).Status);
        line.Resume();

        Assert.Equal((1 + Calls) * Cost, await sale.ChargedAsync(1 + Calls));
        await Eventually.Async(
            () => sale.Consumer.ChatAsync(sale.Model, "!tokens=10,5", "\"max_tokens\": 9"),
            static answer => answer.Status == 200, "the node is back");
        Assert.Equal((2 + Calls) * Cost, await sale.ChargedAsync(2 + Calls));
        Assert.Equal(Sale.Balance - ((2 + Calls) * Cost), await BalanceAsync(sale));
        await NothingTakenAsync(sale);
        await MoneyProof.HoldsAsync(other);
    }

    /// <summary>One call that is posted, more that are not, and the end.</summary>
    private async Task<Sale> DieAsync()
    {
        var sale = await BuyAsync();
        await node.KillAsync();
        return sale;
    }

    private async Task<Sale> BuyAsync()
    {
        var sale = await Sale.MakeAsync(new Actors(node, null));
        (await sale.BuyAsync("!tokens=10,5")).Expect(200);
        await sale.ChargedAsync();
        line.Refuse();
        for (var call = 0; call < Calls; call++)
            (await sale.Consumer.ChatAsync(sale.Model, "!tokens=10,5", "\"max_tokens\": 9")).Expect(200);
        return sale;
    }

    private async Task NothingTakenAsync(Sale sale) => await Eventually.Async(
        () => Supply.Packages.PackageRows.TakenAheadAsync(database, sale.Package), static taken => taken == 0,
        "nothing taken ahead", seconds: 30);

    private async Task<decimal> BalanceAsync(Sale sale) =>
        (await sale.Consumer.Console.Quietly().At(other).Get("/api/user/me")).Expect(200).Amount("balance");

    private Task<SupplyApiProcess> StartAsync(string connection) => SupplyApiProcess.StartAsync(
        new()
        {
            ["Supply__MasterKey"] = masterKey,
            ["Supply__LeaseLife"] = "00:00:10",
            ["ConnectionStrings__Supply"] = connection,
        },
        database);
}

namespace SupplyApi.Tests.Supply.Earnings;

public sealed class GetSupplyBalanceTests : ApiTest
{
    private const string Path = "/api/v1/supply/balance";

    [Fact]
    public async Task Is_nothing_before_the_first_call()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get(Path);

        Transcript.Matches();
    }

    // 10 x 0.001 + 10 x 0.002 = 0.03, less a tenth.
    [Fact]
    public async Task Tells_apart_what_waits_and_what_can_be_withdrawn()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await sale.ChargedAsync(1);
        await sale.Supplier.GrantAsync(20);
        var frozen = await sale.Supplier.GrantAsync(0.000000001m);
        var founder = await Api.FounderAsync();
        (await founder.Quietly().Post($"/api/earnings/{frozen}/freeze", """{ "reason": "Unclear" }""")).Expect(200);
        await sale.Supplier.WithdrawAsync(5);
        await sale.Supplier.Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_nothing_of_another_supplier()
    {
        await (await Actors.SupplierAsync()).GrantAsync(20);
        var other = await (await Actors.SupplierAsync()).Get(Path);

        Assert.Equal(0, other.Amount("data.available"));
    }
}

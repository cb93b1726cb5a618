namespace SupplyApi.Tests.Supply.Billing;

public sealed class GetSupplierBillingAliasTests : ApiTest
{
    [Theory]
    [InlineData("")]
    [InlineData("?page_size=1&start_date=2026-01-01&end_date=2026-12-31")]
    [InlineData("?start_date=tomorrow")]
    public async Task Is_the_bill_byte_for_byte(string query)
    {
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await sale.ChargedAsync();
        var supplier = sale.Supplier.With("X-Request-Id", Actors.Unique("same"));
        var bill = await supplier.Get("/api/v1/supply/billing" + query);
        var alias = await supplier.Get("/api/v1/supplier/billing" + query);

        Assert.Equal((bill.Status, bill.Body), (alias.Status, alias.Body));
        Assert.Null(bill.Header("Deprecation"));
        Assert.NotNull(alias.Header("Deprecation"));
    }

    [Fact]
    public async Task Says_that_it_will_go()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get("/api/v1/supplier/billing");
        await supplier.Get("/api/v1/supplier/billing?page=0");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Supply.Earnings;

public sealed class ListSupplyEarningRecordsTests : ApiTest
{
    private const string Path = "/api/v1/supply/earnings/records";

    [Fact]
    public async Task Is_empty_before_the_first_call()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get(Path);

        Transcript.Matches();
    }

    // The net of 0.006713706 and of 0.000000123: nine tenths, the fee rounded half to even.
    [Fact]
    public async Task Lists_every_call_that_earned_newest_first()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(PriceInput: 0.123457m, PriceOutput: 7.654321m));
        await BuyAsync(sale, "!tokens=12345,678", 1);
        await BuyAsync(sale, "!tokens=1,0", 2);
        await BuyAsync(sale, "!zerousage", 3);
        await sale.Supplier.Get(Path);
        await sale.Supplier.Get($"{Path}?page=2&page_size=1");
        await sale.Supplier.Get($"{Path}?page=3&page_size=1");

        Transcript.Matches();
    }

    [Fact]
    public async Task The_records_sum_to_the_bill()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(PriceInput: 0.3333m, PriceOutput: 0.7777m));
        await Task.WhenAll(Enumerable.Range(1, 20).Select(one =>
            sale.BuyAsync($"!tokens={one * 7},{one * 3}")));
        var charged = await sale.ChargedAsync(20);
        var records = (await sale.Supplier.Get($"{Path}?page_size=200")).Expect(200);
        var bill = (await sale.Supplier.Get("/api/v1/supply/billing")).Expect(200);

        var earned = Enumerable.Range(0, 20).Sum(one => records.Amount($"data.{one}.amount"));
        Assert.Equal(20, records.Number("pagination.total"));
        Assert.Equal(bill.Amount("data.summary.net_earnings"), earned);
        Assert.Equal(bill.Amount("data.summary.total_revenue"), earned + bill.Amount("data.summary.platform_fee"));
        Assert.Equal(bill.Amount("data.summary.total_revenue"), charged);
    }

    [Fact]
    public async Task Shows_the_days_that_were_asked_for()
    {
        var sale = await Sale.MakeAsync(Actors);
        await BuyAsync(sale, "!tokens=10,10", 1);
        var today = (await sale.Supplier.Get(Path)).Text("data.0.earned_at")[..10];
        var day = await sale.Supplier.Get($"{Path}?start_date={today}&end_date={today}");
        var before = await sale.Supplier.Get($"{Path}?start_date=2020-01-01&end_date=2020-12-31");

        Assert.Equal((1, 0), (day.Number("pagination.total"), before.Number("pagination.total")));
        Assert.Empty(before.At("data")!.AsArray());
    }

    [Fact]
    public async Task Shows_nothing_of_another_supplier()
    {
        var sale = await Sale.MakeAsync(Actors);
        await BuyAsync(sale, "!tokens=10,10", 1);
        var other = await (await Actors.SupplierAsync()).Get(Path);

        Assert.Equal(0, other.Number("pagination.total"));
        Assert.Empty(other.At("data")!.AsArray());
    }

    [Fact]
    public async Task Refuses_days_and_pages_that_cannot_be()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Path}?start_date=2026-02-30");
        await supplier.Get($"{Path}?start_date=2026-02-02&end_date=2026-02-01");
        await supplier.Get($"{Path}?end_date=");
        await supplier.Get($"{Path}?page=0");
        await supplier.Get($"{Path}?page_size=201");

        Transcript.Matches();
    }

    private static async Task BuyAsync(Sale sale, string prompt, long calls)
    {
        (await sale.BuyAsync(prompt)).Expect(200);
        await sale.ChargedAsync(calls);
    }
}

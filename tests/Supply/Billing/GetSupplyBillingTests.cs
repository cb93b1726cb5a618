namespace SupplyApi.Tests.Supply.Billing;

public sealed class GetSupplyBillingTests : ApiTest
{
    private const string Path = "/api/v1/supply/billing";

    [Fact]
    public async Task Is_empty_before_the_first_call()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get(Path);
        await supplier.Get($"{Path}?start_date=2024-02-29&end_date=2024-03-31");

        Transcript.Matches();
    }

    // 12345 x 0.123457 / 1M + 678 x 7.654321 / 1M = 0.006713706303, charged 0.006713706, fee 0.000671371; and
    // 1 x 0.123457 / 1M = 0.000000123457, charged 0.000000123, fee 0.000000012.
    [Fact]
    public async Task Adds_up_to_the_last_decimal()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(PriceInput: 0.123457m, PriceOutput: 7.654321m));
        await sale.Supplier.Get(Path);
        (await sale.BuyAsync("!tokens=12345,678")).Expect(200);
        (await sale.BuyAsync("!tokens=1,0")).Expect(200);
        (await sale.BuyAsync("!status=500")).Expect(502);
        await CountsAsync(sale.Supplier, 3);
        await sale.Supplier.Get(Path);

        Transcript.Matches();
        Assert.Equal(0.006713829m, await sale.ChargedAsync(2));
    }

    [Fact]
    public async Task Names_each_platform_the_best_one_first()
    {
        var sale = await Sale.MakeAsync(Actors);
        var model = Actors.Unique("model");
        var tencent = await sale.Supplier.MountAccountAsync("tencent");
        await sale.Supplier.PublishPackageAsync(model, tencent, new Offer(PriceInput: 1000, PriceOutput: 2000));
        await (sale with { Model = model }).BuyingAnswersAsync(200, "!tokens=30,10");
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await CountsAsync(sale.Supplier, 2);
        await sale.Supplier.Get(Path);
        await sale.Supplier.Get($"{Path}?page=2&page_size=1");

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_the_days_that_were_asked_for()
    {
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await CountsAsync(sale.Supplier, 1);
        var today = (await sale.Supplier.Get(Path)).Text("data.period.end");
        var day = await sale.Supplier.Get($"{Path}?start_date={today}&end_date={today}");
        var before = await sale.Supplier.Get($"{Path}?start_date=2020-01-01&end_date=2020-12-31");

        Assert.Equal(0.03m, day.Amount("data.summary.total_revenue"));
        Assert.Equal(0m, before.Amount("data.summary.total_revenue"));
        Assert.Empty(before.At("data.by_platform")!.AsArray());
    }

    [Fact]
    public async Task Refuses_days_and_pages_that_cannot_be()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Path}?start_date=2026-02-30");
        await supplier.Get($"{Path}?end_date=01/02/2026");
        await supplier.Get($"{Path}?start_date=2026-02-02&end_date=2026-02-01");
        await supplier.Get($"{Path}?start_date=2000-01-01&end_date=2026-01-01");
        await supplier.Get($"{Path}?end_date=9999-12-31");
        await supplier.Get($"{Path}?page=0");
        await supplier.Get($"{Path}?page_size=201");

        Transcript.Matches();
    }

    private static Task CountsAsync(Supplier supplier, long requests) => Eventually.Async(
        async () => (await supplier.Quietly().Get(Path)).Expect(200),
        answer => answer.Number("data.summary.total_requests") == requests,
        $"{requests} requests on the bill");
}

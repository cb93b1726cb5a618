using System.Globalization;

namespace SupplyApi.Tests.Supply.Billing;

/// <summary>An order is a subscription to a supplier's package that became active, on the day when it did.</summary>
public sealed class OrdersAreCounted : ApiTest
{
    private const string Path = "/api/v1/supply/billing";

    [Fact]
    public async Task On_each_platform_and_in_all()
    {
        var offering = await Offering.MakeAsync(Actors);
        var claude = await offering.Supplier.MountAccountAsync("anthropic");
        var another = await offering.Supplier.PublishPackageAsync(offering.Model, claude);
        foreach (var plan in (string[])[offering.Plan, offering.Plan, Offering.PlanOf(another), "auto"])
            await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(offering.Product, plan);
        await offering.Supplier.Get(Path);
        await offering.Supplier.Get($"{Path}?page=2&page_size=1");
        await offering.Supplier.Get("/api/v1/supplier/billing");

        Transcript.Matches();
    }

    [Fact]
    public async Task When_they_become_active_and_whatever_becomes_of_them()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var consumers = new List<(Subscriber Consumer, long Id)>();
        for (var one = 0; one < 3; one++)
        {
            var consumer = await Subscriber.MakeAsync(Actors);
            consumers.Add((consumer, await consumer.SubscribedAsync(offering)));
        }

        await HasAsync(0);
        (await offering.Supplier.Post($"/api/v1/supply/subscriptions/{consumers[0].Id}/approve")).Expect(200);
        (await offering.Supplier.Post($"/api/v1/supply/subscriptions/{consumers[1].Id}/reject", """
            { "reason": "No." }
            """)).Expect(200);
        var admin = await Actors.AdminAsync();
        (await admin.Post($"/api/subscriptions/{consumers[2].Id}/approve")).Expect(200);
        await HasAsync(2);
        var (gone, id) = consumers[0];
        (await gone.Owner.Delete($"{gone.Path}/sub_{id}")).Expect(204);
        await HasAsync(2);
        await using (var row = await HeldRow.OfConsumerThatGoesAsync(Api.Database, Subscriber.NumberOf(gone.Id)))
            await row.CommitAsync();
        await HasAsync(2);

        async Task HasAsync(long orders) => Assert.Equal(
            (orders, 0L), (await OrdersAsync(offering.Supplier), await OrdersAsync(offering.Supplier, -1)));
    }

    [Fact]
    public async Task Once_a_day_for_each_and_never_for_the_supplier()
    {
        var offering = await Offering.MakeAsync(Actors);
        foreach (var owner in (Actor[])[offering.Supplier, await Actors.UserAsync()])
        {
            var consumer = await Subscriber.MakeAsync(Actors, owner);
            for (var again = 0; again < 3; again++)
            {
                var id = await consumer.SubscribedAsync(offering);
                (await owner.Quietly().Delete($"{consumer.Path}/sub_{id}")).Expect(204);
            }
        }

        Assert.Equal(1, await OrdersAsync(offering.Supplier));
    }

    [Fact]
    public async Task Together_with_what_is_called()
    {
        var sale = await Sale.MakeAsync(Actors);
        var product = await Offering.ProductOfAsync(sale.Supplier, sale.Model);
        await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(product, Offering.PlanOf(sale.Package));
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await (await Subscriber.MakeAsync(Actors)).SubscribedAsync(product, Offering.PlanOf(sale.Package));
        var bill = await Eventually.Async(
            async () => (await sale.Supplier.Quietly().Get(Path)).Expect(200),
            static answer => answer.Number("data.summary.total_requests") == 1, "one request on the bill");

        Assert.Equal(2, bill.Number("data.summary.total_orders"));
        var platform = Assert.Single(bill.At("data.by_platform")!.AsArray())!;
        Assert.Equal(("openai", 2L), (platform["platform"]!.GetValue<string>(), platform["orders"]!.GetValue<long>()));
        Assert.Equal(0.03m, bill.Amount("data.summary.total_revenue"));
    }

    private static async Task<long> OrdersAsync(Supplier supplier, int days = 0)
    {
        var first = DateTime.UtcNow.AddDays(days - 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var last = DateTime.UtcNow.AddDays(days * 2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (await supplier.Quietly().Get($"{Path}?start_date={first}&end_date={last}")).Expect(200)
            .Number("data.summary.total_orders");
    }
}

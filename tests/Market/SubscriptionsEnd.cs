using System.Security.Cryptography;

namespace SupplyApi.Tests.Market;

/// <summary>What comes to its end ends by itself, once, in the platform's own name; what goes on goes on.</summary>
public sealed class SubscriptionsEnd
{
    private const int ValidDays = 30;
    private const int Consumers = 55;
    private const int Products = 4; // times as many consumers: more than two rounds take

    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task When_the_package_does_and_not_before()
    {
        await using var today = await StartAsync(0);
        var actors = new Actors(today, null);
        var (paused, unlisted) = (await Offering.MakeAsync(actors), await Offering.MakeAsync(actors));
        var (one, another) = (await Subscriber.MakeAsync(actors), await Subscriber.MakeAsync(actors));
        long[] active =
        [
            await one.SubscribedAsync(paused), await one.SubscribedAsync(unlisted),
            await another.SubscribedAsync(paused.Product),
        ];
        await unlisted.AutoApproveAsync(false);
        var waiting = await another.SubscribedAsync(unlisted);
        await paused.PackageAsync("pause");
        await unlisted.PackageAsync("unlist");

        // When what waits in vain has ended, the others were looked at as well.
        await using (await StartAsync(ValidDays - 1, today.Database))
            await BecomesAsync(another, waiting, "INACTIVE", "package ended");
        Assert.Equal("ACTIVE", await one.StatusAsync(active[0]));
        Assert.Equal("ACTIVE", await one.StatusAsync(active[1]));

        await using var late = await StartAsync(ValidDays + 1, today.Database);
        await BecomesAsync(one, active[0], "EXPIRED", null);
        await BecomesAsync(one, active[1], "EXPIRED", null);
        Assert.Equal("ACTIVE", await another.StatusAsync(active[2])); // auto has no end
        await IsOnRecordAsync(today.Database, active[0], "expire", """{"status": "EXPIRED"}""");
        await IsOnRecordAsync(
            today.Database, waiting, "end", """{"reason": "package ended", "status": "INACTIVE"}""");
        Assert.Equal(409, (await one.Owner.Delete($"{one.Path}/sub_{active[0]}")).Status);
    }

    [Fact]
    public async Task When_the_package_of_those_who_wait_does()
    {
        await using var today = await StartAsync(0);
        var actors = new Actors(today, null);
        var offering = await Offering.MakeGuardedAsync(actors);
        var consumer = await Subscriber.MakeAsync(actors);
        var (waiting, auto) = (await consumer.SubscribedAsync(offering), await Subscriber.MakeAsync(actors));
        var waitingForAnything = await auto.SubscribedAsync(offering.Product);

        await using var late = await StartAsync(ValidDays + 1, today.Database);
        await BecomesAsync(consumer, waiting, "INACTIVE", "package ended");
        Assert.Equal("PENDING", await auto.StatusAsync(waitingForAnything));
    }

    [Fact]
    public async Task When_the_supplier_takes_the_account_away()
    {
        await using var today = await StartAsync(0);
        var actors = new Actors(today, null);
        var (gone, stays) = (await Offering.MakeAsync(actors), await Offering.MakeAsync(actors));
        var consumer = await Subscriber.MakeAsync(actors);
        var (first, second) = (await consumer.SubscribedAsync(gone), await consumer.SubscribedAsync(stays));
        foreach (var offering in (Offering[])[gone, stays])
        {
            await offering.PackageAsync("unlist");
            (await offering.Supplier.Post($"/api/v1/supply/accounts/{offering.Account}/suspend")).Expect(200);
        }

        (await gone.Supplier.Delete($"/api/v1/supply/accounts/{gone.Account}")).Expect(204);
        await using var next = await StartAsync(0, today.Database);
        await BecomesAsync(consumer, first, "INACTIVE", "package ended");
        Assert.Equal("ACTIVE", await consumer.StatusAsync(second));
        await IsOnRecordAsync(today.Database, first, "end", """{"reason": "package ended", "status": "INACTIVE"}""");
    }

    [Fact]
    public async Task And_nobody_waits_for_that_to_subscribe_again()
    {
        await using var today = await StartAsync(0);
        var actors = new Actors(today, null);
        var offering = await Offering.MakeAsync(actors);
        var consumer = await Subscriber.MakeAsync(actors);
        var before = await consumer.SubscribedAsync(offering);
        await today.Database.RunAsOwnerAsync(
            $"update subscriptions set expires_at = now() - interval '1 second' where id = {before}");

        var after = await consumer.SubscribedAsync(offering);
        Assert.Equal(("EXPIRED", "ACTIVE"), (await consumer.StatusAsync(before), await consumer.StatusAsync(after)));
        Assert.Single(
            await Trail.AuditAsync(today.Database, "subscription", before),
            static one => one.Action == "supply.subscription.expire");
    }

    // Who comes late has what is left of the package.
    [Fact]
    public async Task No_later_than_the_package()
    {
        await using var today = await StartAsync(0);
        var actors = new Actors(today, null);
        var offering = await Offering.MakeAsync(actors);
        var consumer = await Subscriber.MakeAsync(actors);
        await using var fiveDaysOn = await StartAsync(5, today.Database);
        var answer = await consumer.Owner.At(fiveDaysOn)
            .Post(consumer.Path, Subscriber.Body(offering.Product, offering.Plan));

        var (activated, expires) = (
            answer.Expect(201).At("activatedAt")!.GetValue<DateTimeOffset>(),
            answer.At("expiresAt")!.GetValue<DateTimeOffset>());
        Assert.InRange((expires - activated).TotalDays, ValidDays - 5.1, ValidDays - 5);
    }

    [Fact]
    public async Task Once_however_many_they_are_and_however_many_nodes()
    {
        await using var today = await StartAsync(0);
        var actors = new Actors(today, null);
        var offerings = new List<Offering>();
        for (var one = 0; one < Products; one++) offerings.Add(await Offering.MakeAsync(actors));
        var all = await Task.WhenAll(Enumerable.Range(0, Consumers).Select(async _ =>
        {
            var consumer = await Subscriber.MakeAsync(actors);
            var ids = await Task.WhenAll(offerings.Select(consumer.SubscribedAsync));
            return (Consumer: consumer, Ids: ids);
        }));

        var nodes = await Task.WhenAll(
            StartAsync(ValidDays + 1, today.Database), StartAsync(ValidDays + 1, today.Database));
        foreach (var (consumer, ids) in all)
        {
            foreach (var id in ids) await BecomesAsync(consumer, id, "EXPIRED", null);
        }

        foreach (var id in all.SelectMany(static one => one.Ids))
            Assert.Single(
                await Trail.AuditAsync(today.Database, "subscription", id),
                static one => one.Action == "supply.subscription.expire");
        foreach (var node in nodes) await node.DisposeAsync();
    }

    private static async Task BecomesAsync(Subscriber consumer, long id, string status, string? reason)
    {
        var seen = await Eventually.Async(
            () => consumer.SeenAsync(id), answer => answer.Text("status") == status, $"{id} is {status}", seconds: 40);
        Assert.Equal(reason, seen.At("reason")?.GetValue<string>());
    }

    private static async Task IsOnRecordAsync(TestDatabase database, long id, string deed, string after)
    {
        var last = (await Trail.AuditAsync(database, "subscription", id))[^1];
        Assert.Equal(($"supply.subscription.{deed}", 0, after), (last.Action, last.OperatorId, last.After));
        Assert.Single(
            await Trail.OutboxAsync(database, "subscription_id", id),
            one => one.Name == $"supply.subscription.{deed}.success");
    }

    private Task<SupplyApiProcess> StartAsync(int days, TestDatabase? database = null) =>
        SupplyApiProcess.StartAsync(
            new() { ["Supply__MasterKey"] = masterKey, ["Supply__ClockOffset"] = $"{days}.00:00:00" }, database);
}

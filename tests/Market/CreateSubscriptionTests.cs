using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Market;

public sealed class CreateSubscriptionTests : ApiTest
{
    [Fact]
    public async Task Is_active_at_once()
    {
        var (offering, another) = (await Offering.MakeAsync(Actors), await Offering.MakeAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        var made = await consumer.SubscribeAsync(offering.Product, offering.Plan);
        await consumer.Owner.Post(consumer.Path, $$"""{ "productId": "{{another.Product}}" }""");

        Transcript.Matches();
        var (activated, expires) = (Time(made, "activatedAt"), Time(made, "expiresAt"));
        Assert.InRange((expires - activated).TotalDays, 29.9, 30);
    }

    [Fact]
    public async Task Waits_where_the_product_asks_for_a_word()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var (one, another) = (await Subscriber.MakeAsync(Actors), await Subscriber.MakeAsync(Actors));
        await one.SubscribeAsync(offering.Product, offering.Plan);
        await another.SubscribeAsync(offering.Product);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_not_there()
    {
        var (offering, another) = (await Offering.MakeAsync(Actors), await Offering.MakeAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        var draft = await offering.Supplier.DraftPackageAsync(offering.Account, offering.Model);
        await consumer.SubscribeAsync("prod_9000000000");
        await consumer.SubscribeAsync("a-model");
        await consumer.SubscribeAsync(offering.Product, "pkg_9000000000");
        await consumer.SubscribeAsync(offering.Product, "AUTO");
        await consumer.SubscribeAsync(offering.Product, another.Plan);
        await consumer.SubscribeAsync(offering.Product, offering.Supplier.Noted(Offering.PlanOf(draft)));
        await consumer.Owner.Post("/api/v1/consumers/con_9000000000/subscriptions", Subscriber.Body(offering.Product));
        await (await Actors.UserAsync()).Post(consumer.Path, Subscriber.Body(offering.Product));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_not_on_sale()
    {
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        await offering.PackageAsync("pause");
        await consumer.SubscribeAsync(offering.Product, offering.Plan);
        await consumer.SubscribeAsync(offering.Product);
        await offering.PackageAsync("publish");
        (await offering.Supplier.Quietly().Post($"/api/v1/supply/accounts/{offering.Account}/suspend")).Expect(200);
        await consumer.SubscribeAsync(offering.Product, offering.Plan);
        await consumer.SubscribeAsync(offering.Product);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_a_consumer_that_is_inactive_or_goes_away_meanwhile()
    {
        var offering = await Offering.MakeAsync(Actors);
        var (inactive, gone) = (await Subscriber.MakeAsync(Actors), await Subscriber.MakeAsync(Actors));
        await Api.Database.RunAsOwnerAsync(
            $"update consumers set status = 'INACTIVE' where id = {Subscriber.NumberOf(inactive.Id)}");
        await inactive.SubscribeAsync(offering.Product, offering.Plan);
        await using var row = await HeldRow.OfConsumerThatGoesAsync(Api.Database, Subscriber.NumberOf(gone.Id));
        var waiting = gone.SubscribeAsync(offering.Product, offering.Plan);
        await row.AwaitedByAsync(1);
        await row.CommitAsync();
        await waiting;

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var consumer = await Subscriber.MakeAsync(Actors);
        foreach (var body in (string[])
            [
                "{}", """{ "productId": null }""", """{ "productId": 12 }""", """{ "product_id": "prod_1" }""",
                """{ "productId": "prod_1", "planId": null }""", """{ "productId": "prod_1", "planId": 3 }""",
                """{ "productId": "prod_1", "status": "ACTIVE" }""",
            ])
        {
            Assert.Equal(400, (await consumer.Owner.Post(consumer.Path, body)).Status);
        }

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_one_of_many_at_once()
    {
        const int many = 20;
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var quiet = consumer.Owner.Quietly();
        var answers = await Task.WhenAll(Enumerable.Range(0, many).Select(one =>
            quiet.Post(consumer.Path, Subscriber.Body(offering.Product, one % 2 == 0 ? offering.Plan : "auto"))));
        Assert.Equal(
            (1, many - 1),
            (answers.Count(static one => one.Status == 201), answers.Count(static one => one.Status == 409)));
        Assert.Equal(1, (await quiet.Get(consumer.Path)).Expect(200).Number("totalElements"));
        await consumer.SubscribeAsync(offering.Product);

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_it_again_once_the_last_one_has_ended()
    {
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var first = await consumer.SubscribedAsync(offering);
        (await consumer.Owner.Quietly().Delete($"{consumer.Path}/sub_{first}")).Expect(204);

        Assert.NotEqual(first, await consumer.SubscribedAsync(offering));
    }

    // Two consumers of one user are two, and a supplier may buy from oneself.
    [Fact]
    public async Task Is_of_one_consumer_whoever_owns_it()
    {
        var offering = await Offering.MakeAsync(Actors);
        foreach (var owner in (Actor[])[offering.Supplier, offering.Supplier, await Actors.UserAsync()])
            await (await Subscriber.MakeAsync(Actors, owner)).SubscribedAsync(offering);
    }

    [Fact]
    public async Task Is_on_record()
    {
        var offering = await Offering.MakeAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);

        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "subscription", id));
        Assert.Equal(("supply.subscription.create", consumer.Owner.Id), (deed.Action, deed.OperatorId));
        Assert.Equal((null, """{"status": "ACTIVE"}"""), (deed.Before, deed.After));
        var (name, payload) = Assert.Single(await Trail.OutboxAsync(Api.Database, "subscription_id", id));
        Assert.Equal("supply.subscription.create.success", name);
        Assert.True(JsonNode.DeepEquals(payload, new JsonObject
        {
            ["subscription_id"] = id,
            ["consumer_id"] = Subscriber.NumberOf(consumer.Id),
            ["supplier_tenant_id"] = offering.Supplier.Id,
            ["product_id"] = offering.Number,
            ["package_id"] = offering.Package,
            ["model"] = offering.Model,
            ["status"] = "ACTIVE",
        }));
    }

    private static DateTimeOffset Time(Answer answer, string name) =>
        answer.Expect(201).At(name)!.GetValue<DateTimeOffset>();
}

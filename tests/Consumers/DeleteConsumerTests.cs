using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Consumers;

public sealed class DeleteConsumerTests : ApiTest
{
    [Fact]
    public async Task Deletes_it_and_all_that_is_its_own()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var pair = await app.Owner.CreateAppAsync("HMAC", consumer: app.ConsumerId);
        (await app.Owner.Quietly().Post($"{pair.Path}/rotate")).Expect(200);
        await (await Actors.UserAsync()).Delete(app.ConsumerPath);
        await app.Owner.Delete(app.ConsumerPath);
        await app.Owner.Delete(app.ConsumerPath);
        await app.Owner.Get(app.Path);
        await app.Owner.Get($"{app.ConsumerPath}/credentials");

        Transcript.Matches();
        Assert.Empty(await SecretRows.OfAsync(Api.Database, app.CredentialId));
        Assert.Empty(await SecretRows.OfAsync(Api.Database, pair.CredentialId));
        var deed = (await Trail.AuditAsync(Api.Database, "consumer", app.ConsumerId["con_".Length..]))[^1];
        Assert.Equal(("consumer.delete", app.Owner.Id, null), (deed.Action, deed.OperatorId, deed.After));
    }

    [Fact]
    public async Task Cancels_what_it_subscribed_to_and_keeps_it_on_record()
    {
        var (guarded, open) = (await Offering.MakeGuardedAsync(Actors), await Offering.MakeAsync(Actors));
        var consumer = await Subscriber.MakeAsync(Actors);
        var ended = await consumer.SubscribedAsync(open);
        (await consumer.Owner.Delete($"{consumer.Path}/sub_{ended}")).Expect(204);
        var (active, waiting) = (await consumer.SubscribedAsync(open), await consumer.SubscribedAsync(guarded));
        (await consumer.Owner.Delete($"/api/v1/consumers/{consumer.Id}")).Expect(204);

        foreach (var (offering, id, status) in ((Offering, long, string)[])
            [(open, active, "ACTIVE"), (guarded, waiting, "PENDING"), (open, ended, "ACTIVE")])
        {
            var list = (await offering.Supplier.Quietly().Get("/api/v1/supply/subscriptions")).Expect(200);
            var shown = list.Json!["data"]!.AsArray().Single(one => one!["subscription_id"]!.GetValue<long>() == id)!;
            Assert.Equal(
                ("INACTIVE", "cancelled"), (shown["status"]!.GetValue<string>(), shown["reason"]!.GetValue<string>()));
            var deed = (await Trail.AuditAsync(Api.Database, "subscription", id))[^1];
            Assert.Equal(("supply.subscription.cancel", consumer.Owner.Id), (deed.Action, deed.OperatorId));
            Assert.Contains(status, deed.Before, StringComparison.Ordinal);
            Assert.Equal(
                ["supply.subscription.create.success", "supply.subscription.cancel.success"],
                (await Trail.OutboxAsync(Api.Database, "subscription_id", id)).Select(static one => one.Name));
        }

        // Who decides finds it as it is, and that nobody is there whose it was.
        var admin = (await Actors.AdminAsync()).Quietly();
        (await admin.Post($"/api/subscriptions/{waiting}/approve")).Expect(409);
        var bill = (await open.Supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(1, bill.Number("data.summary.total_orders")); // Twice on one day counts once.
    }

    [Fact]
    public async Task Cancels_what_nobody_has_begun_to_buy()
    {
        var app = await Actors.SignerAsync();
        var (submitted, bought) = (await app.MakeAsync(), await app.MakeAsync());
        var draft = await app.MakeAsync("""{ "status": "DRAFT" }""");
        await Actors.StepAsync(bought, "process");
        (await app.Owner.Delete(app.App.ConsumerPath)).Expect(204);

        var admin = (await Actors.AdminAsync()).Quietly();
        foreach (var (id, status) in ((string, string)[])
            [(submitted, "CANCELLED"), (draft, "CANCELLED"), (bought, "PROCESSING")])
            Assert.Equal(status, (await admin.Get($"/api/intents/{id}")).Expect(200).Text("status"));
        foreach (var (id, status) in ((string, string)[])[(submitted, "SUBMITTED"), (draft, "DRAFT")])
        {
            var deeds = await Trail.AuditAsync(Api.Database, "intent", Subscriber.NumberOf(id));
            var deed = deeds.Last(static one => one.Action != "procurement.intent.read");
            Assert.Equal(("procurement.intent.cancel", app.Owner.Id), (deed.Action, deed.OperatorId));
            Assert.Contains($"\"{status}\"", deed.Before, StringComparison.Ordinal);
            var told = await Trail.OutboxAsync(Api.Database, "intent_id", id);
            Assert.Equal("procurement.intent.cancelled.success", told[^1].Name);
        }

        await Actors.StepAsync(bought, "complete");
    }

    [Fact]
    public async Task Its_name_is_free_again()
    {
        var user = await Actors.UserAsync();
        const string Named = """{ "name": "Chat" }""";
        var id = await user.CreateConsumerAsync(Named);
        (await user.Delete($"/api/v1/consumers/{id}")).Expect(204);

        Assert.NotEqual(id, await user.CreateConsumerAsync(Named));
    }

    // A credential is made for a consumer that is there when it is made, or not at all.
    [Fact]
    public async Task Nothing_is_left_of_what_is_made_meanwhile()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var owner = app.Owner.Quietly();
        var making = Enumerable.Range(0, 10).Select(_ => owner.Post($"{app.ConsumerPath}/credentials", "{}")).ToArray();
        (await owner.Delete(app.ConsumerPath)).Expect(204);

        foreach (var made in await Task.WhenAll(making))
        {
            Assert.True(made.Status is 201 or 404, made.ToString());
            if (made.Status == 201) Assert.Empty(await SecretRows.OfAsync(Api.Database, made.Text("id")));
        }
    }
}

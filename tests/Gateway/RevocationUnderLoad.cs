using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Two nodes, and callers that never stop: what is revoked, taken off the market or given another price in the midst of
/// it is so for every call that begins a moment later, at either node. What is under way ends as it began, nobody else
/// feels anything, and the books hold each answered call once.
/// </summary>
public sealed class RevocationUnderLoad(ITestOutputHelper output) : TwoNodesTest
{
    private const decimal Wealth = 100_000;
    private const string Shut = """{ "status": "INACTIVE" }""";

    private static readonly (decimal Input, decimal Output) OldPrice =
        (Sale.PerInputToken * 1_000_000, Sale.PerOutputToken * 1_000_000);

    private static readonly (decimal Input, decimal Output) NewPrice = (3000, 5000);

    private readonly List<Offering> offerings = [];
    private readonly List<Change> changes = [];
    private readonly List<StormCaller> unhurt = [];

    [Fact]
    public async Task Is_felt_at_once_and_by_nobody_else()
    {
        var owner = await Actors.UserAsync();
        await owner.TopUpAsync(Wealth);
        var (user, another) = (await Actors.ConsumerAsync(Wealth), await Actors.ConsumerAsync(Wealth));
        for (var one = 0; one < 4; one++) offerings.Add(await Offering.MakeAsync(Actors, Plenty));
        await CredentialsEndAsync(owner, another, offerings[0]);
        await OffersEndAsync(owner, user);

        var storm = new Storm(Nodes);
        foreach (var one in changes.SelectMany(static one => one.Hit).Concat(unhurt)) storm.Send(one);
        await storm.GoOnAsync(TimeSpan.FromSeconds(1));
        foreach (var change in changes)
        {
            foreach (var one in change.Hit) await storm.BeginStreamsAsync(one);
            change.Sent = Stopwatch.GetTimestamp();
            await change.MakeAsync();
            change.Answered = Stopwatch.GetTimestamp();
        }

        await storm.GoOnAsync(TimeSpan.FromSeconds(StormBooks.Told + 1));
        await storm.EndAsync(unhurt[0]);
        var books = await StormBooks.ReadAsync(Api.Database, storm, nodes: 2);
        foreach (var one in unhurt) books.NeverRefused(one.Name);
        foreach (var change in changes) Judge(change, books);
        output.WriteLine($"{storm.Calls.Count} calls, {books.Rows.Count} of them answered");
        await AddsUpAsync(books, owner, user, another);
    }

    private static Offer Plenty =>
        new(Wealth, OldPrice.Input, OldPrice.Output, MaxConcurrent: 1000, RateLimitRpm: 100_000);

    private async Task CredentialsEndAsync(Actor owner, Consumer user, Offering steady)
    {
        var model = steady.Model;
        var first = user.WithCredential(user.Key);
        var id = (await user.Console.Quietly().Get("/api/user/api-keys")).Expect(200).Number("0.id");
        await user.MakeKeyAsync();
        unhurt.Add(new("a user's other key", user, model));
        changes.Add(new("a user's key", () => Api.Database.RunAsOwnerAsync(
            $"update api_keys set enabled = false where id = {id}"),
            new StormCaller("a user's key", first, model, "401 invalid_api_key")));

        var app = await AppAsync(owner, "API_KEY", steady);
        changes.Add(new("an app's key", () => ShutAsync(owner, app),
            new StormCaller("an app's key", ByKey(app), model, "401 invalid_api_key")));

        var stays = await AppAsync(owner, "HMAC", steady);
        unhurt.Add(new("another app that signs", new Signer(Api, null, stays), model));
        var signs = await AppAsync(owner, "HMAC", steady);
        changes.Add(new("an app that signs", () => ShutAsync(owner, signs),
            new StormCaller("an app that signs", new Signer(Api, null, signs), model, "403 app_closed")));

        var issuer = $"https://{Guid.NewGuid():n}.example.com";
        var until = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600;
        var claims = new JsonObject { ["iss"] = issuer, ["aud"] = "supply", ["exp"] = until };
        var tokens = await Tokens.SignAsync(["ES256"], new() { ["good"] = claims });
        var trusted = await AppAsync(owner, "JWT", steady, $$"""
            { "jwt": { "issuer": "{{issuer}}", "audience": "supply", "jwks": {{tokens.Jwks}} } }
            """);
        var bearer = Actors.Stranger().Quietly().WithCredential(tokens["ES256", "good"]);
        changes.Add(new("an app's token", () => ShutAsync(owner, trusted),
            new StormCaller("an app's token", bearer, model, "401 invalid_api_key")));
    }

    private async Task OffersEndAsync(Actor owner, Consumer user)
    {
        var (steady, withdrawn, closed, repriced) = (offerings[0], offerings[1], offerings[2], offerings[3]);
        var app = await AppAsync(owner, "API_KEY", steady);
        var plans = new Subscriber(owner, app.ConsumerId);
        var subscription = (await owner.Quietly().Get(plans.Path)).Expect(200).Text("content.0.id");
        foreach (var one in (Offering[])[withdrawn, closed, repriced]) await plans.SubscribedAsync(one);
        var key = ByKey(app);
        unhurt.Add(new("a user of the market", user, steady.Model));
        unhurt.Add(new("a subscriber of what is withdrawn", key, withdrawn.Model));

        changes.Add(new("a subscription",
            async () => (await owner.Quietly().Delete($"{plans.Path}/{subscription}")).Expect(204),
            new StormCaller("a subscriber that leaves", key, steady.Model, "403 not_subscribed")));
        changes.Add(new("a package", () => WithdrawAsync(withdrawn),
            new StormCaller("a user of what is withdrawn", user, withdrawn.Model, "404 model_not_found")));
        changes.Add(new("a price", () => RepriceAsync(repriced),
            new StormCaller("a user of what gets dearer", user, repriced.Model),
            new StormCaller("a subscriber of what gets dearer", key, repriced.Model) { HasAgreed = true }));

        var admin = await Actors.AdminAsync();
        changes.Add(new("a supplier's account",
            async () => (await admin.Quietly().Post(
                $"/api/supply-accounts/{closed.Account}/disable", """{ "reason": "Risk" }""")).Expect(200),
            new StormCaller("a user of what is disabled", user, closed.Model, "404 model_not_found"),
            new StormCaller("a subscriber of what is disabled", key, closed.Model, "503 no_capacity")));
    }

    private void Judge(Change change, StormBooks books)
    {
        foreach (var one in change.Hit)
        {
            if (one.HasAgreed)
            {
                books.NeverRepriced(one, OldPrice);
                continue;
            }

            var late = one.Refusal is null
                ? books.RepricedAfter(one, change.Sent, change.Answered, OldPrice, NewPrice)
                : books.RefusedAfter(one, change.Sent, change.Answered);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{change.What}: the last call of {one.Name} that passed began {late.TotalMilliseconds:f0} ms after"));
        }
    }

    private async Task AddsUpAsync(StormBooks books, params Actor[] payers)
    {
        foreach (var payer in payers)
        {
            var left = Wealth - books.Charged(one => one.UserId == payer.Id);
            await Eventually.Async(payer.BalanceAsync, seen => seen == left, $"a balance of {left}");
        }

        foreach (var offering in offerings)
        {
            var bill = (await offering.Supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
            Assert.Equal(
                books.Charged(one => one.Package == offering.Package), bill.Amount("data.summary.total_revenue"));
        }

        foreach (var payer in payers.OfType<Consumer>())
        {
            var keys = (await payer.Console.Quietly().Get("/api/user/api-keys")).Expect(200);
            Assert.Equal(
                books.Rows.Values.Count(one => one.UserId == payer.Id),
                keys.Json!.AsArray().Sum(static one => one!["usage"]!["request_count"]!.GetValue<int>()));
        }

        await MoneyProof.HoldsAsync(Api);
    }

    private static async Task ShutAsync(Actor owner, App app) =>
        (await owner.Quietly().Put(app.Path, Shut)).Expect(200);

    private static async Task WithdrawAsync(Offering offering)
    {
        await offering.PackageAsync("pause");
        await offering.PackageAsync("unlist");
    }

    private static async Task RepriceAsync(Offering offering) =>
        (await offering.Supplier.Quietly().Post("/api/v1/supply/packages/batch-price", $$"""
            {
              "items": [{
                "package_id": {{offering.Package}}, "price_per_1m_input": {{NewPrice.Input}},
                "price_per_1m_output": {{NewPrice.Output}}
              }]
            }
            """)).Expect(200);

    private static async Task<App> AppAsync(Actor owner, string mode, Offering offering, string more = "{}")
    {
        var app = await owner.CreateAppAsync(mode, mode == "HMAC" ? """{ "qps": 10000 }""" : more);
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        return app;
    }

    private Client ByKey(App app) => Actors.Stranger().Quietly().WithCredential(app.Key);

    private sealed record Change(string What, Func<Task> MakeAsync, params StormCaller[] Hit)
    {
        internal long Sent { get; set; }
        internal long Answered { get; set; }
    }
}

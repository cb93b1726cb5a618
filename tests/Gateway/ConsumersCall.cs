using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Applications call with credentials of their own, each as it was agreed, and only what they have subscribed to; what
/// ends is over on every node a moment later.
/// </summary>
public sealed class ConsumersCall : TwoNodesTest
{
    private const int Told = 3;
    private const string Prompt = "!tokens=10,5";

    [Fact]
    public async Task By_a_key_and_pay_as_their_plan_says()
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync();
        var subscription = await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var answer = (await CallAsync(With("Authorization", $"Bearer {app.Key}"), offering.Model)).Expect(200);
        await UsageRow.PostedAsync(Api.Database, answer);

        var cost = (10 * Sale.PerInputToken) + (5 * Sale.PerOutputToken);
        Assert.Equal(Sale.Balance - cost, await owner.BalanceAsync());
        Assert.Equal(1, await Api.Database.ValueAsync<long>($"""
            select count(*) from gateway_usage
             where tenant_id = (select tenant_id from users where id = {owner.Id}) and api_key_id is null
               and consumer_id = {Subscriber.NumberOf(app.ConsumerId)}
               and credential_id = {Subscriber.NumberOf(app.CredentialId)} and subscription_id = {subscription}
               and package_id = {offering.Package} and charged = {cost} and earned > 0
            """));
        var credential = (await owner.Quietly().Get(app.Path)).Expect(200);
        Assert.NotNull(credential.At("lastUsedAt"));
    }

    [Theory]
    [InlineData(null, "X-Api-Key: {key}")]
    [InlineData(null, "X-Goog-Api-Key: {key}")]
    [InlineData("""{ "headerName": "X-API-Key" }""", "X-API-Key: {key}")]
    [InlineData("""{ "headerName": "X-App-Token", "prefix": "Token" }""", "X-App-Token: Token {key}")]
    [InlineData("""{ "headerName": "Authorization", "prefix": "ApiKey" }""", "Authorization: ApiKey {key}")]
    public async Task By_the_header_that_was_agreed(string? agreed, string header)
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync(
            more: agreed is null ? "{}" : $$"""{ "apiKey": {{agreed}} }""");
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var parts = header.Replace("{key}", app.Key, StringComparison.Ordinal).Split(": ");
        (await CallAsync(With(parts[0], parts[1]), offering.Model)).Expect(200);
        if (agreed is null) return;
        foreach (var (name, value) in ((string, string)[])
            [("Authorization", $"Bearer {app.Key}"), (parts[0], $"Other {app.Key}"), ("X-Goog-Api-Key", app.Key!)])
            (await CallAsync(With(name, value), offering.Model)).Expect(401);
        // A client library insists on a header of its own, and gets what is no key.
        foreach (var (name, value) in ((string, string)[])
            [("Authorization", "Bearer unused"), ("x-api-key", "unused"), ("x-goog-api-key", "sk-unused")])
        {
            var called = With(parts[0], parts[1]);
            if (!parts[0].Equals(name, StringComparison.OrdinalIgnoreCase)) called = called.With(name, value);
            (await CallAsync(called, offering.Model)).Expect(200);
        }
    }

    [Theory]
    [InlineData("User-Agent", "{key}")]
    [InlineData("Cookie", "session={key}")]
    [InlineData("Referer", "https://example.com/{key}")]
    [InlineData("X-Whatever", "{key}")]
    [InlineData("X-Whatever", "Bearer {key}")]
    [InlineData("Authorization", "ApiKey {key}")]
    [InlineData("Authorization", "{key}")]
    [InlineData("X-Api-Key", "Bearer {key}")]
    public async Task By_the_usual_headers_where_no_other_was_agreed(string header, string value)
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync();
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var client = With(header, value.Replace("{key}", app.Key, StringComparison.Ordinal));
        (await CallAsync(client, offering.Model)).Expect(401);
        var usual = header == "Authorization" ? "X-Api-Key" : "Authorization";
        var good = client.With(usual, usual == "Authorization" ? $"Bearer {app.Key}" : app.Key!);
        (await CallAsync(good, offering.Model)).Expect(200);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("EdDSA")]
    public async Task By_a_token_that_they_signed(string algorithm)
    {
        var (offering, owner) = await MarketAsync();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var issuer = $"https://{Guid.NewGuid():n}.example.com";
        var good = new JsonObject { ["iss"] = issuer, ["aud"] = "supply", ["exp"] = now + 300 };
        var tokens = await Tokens.SignAsync([algorithm], new()
        {
            ["good"] = good.DeepClone(),
            ["good for several"] = Changed(good, "aud", new JsonArray("another", "supply")),
            ["for others"] = Changed(good, "aud", "another"),
            ["of others"] = Changed(good, "iss", "https://other.example.com"),
            ["without an end"] = Changed(good, "exp", null),
            ["over"] = Changed(good, "exp", now - 1),
            ["too early"] = Changed(good, "nbf", now + 300),
            ["of a strange type"] = Changed(good, "exp", "tomorrow"),
        });
        var foreign = await Tokens.SignAsync([algorithm], new() { ["good"] = good.DeepClone() });
        var app = await owner.CreateAppAsync("JWT", $$"""
            { "jwt": { "issuer": "{{issuer}}", "audience": "supply", "jwks": {{tokens.Jwks}} } }
            """);
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);

        foreach (var name in (string[])["good", "good for several", "good"])
            (await CallAsync(With("Authorization", $"Bearer {tokens[algorithm, name]}"), offering.Model)).Expect(200);
        string[] bad =
        [
            .. tokens.All[algorithm]!.AsObject().Select(static one => one.Key)
                .Where(static one => !one.StartsWith("good", StringComparison.Ordinal))
                .Select(name => tokens[algorithm, name]),
            foreign[algorithm, "good"],
            tokens[algorithm, "good"][..^4] + "AAAA",
        ];
        foreach (var token in bad)
            (await CallAsync(With("Authorization", $"Bearer {token}"), offering.Model)).Expect(401);
    }

    [Fact]
    public async Task By_a_signature_that_is_good_once()
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync("HMAC");
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var signer = new Signer(Api, null, app);
        foreach (var client in (Client[])[signer, signer.BySecondProfile()])
        {
            foreach (var node in Nodes) (await CallAsync(client.At(node), offering.Model)).Expect(200);
            var models = (await client.Quietly().Get("/v1/models")).Expect(200);
            Assert.Contains(offering.Model, models.Body, StringComparison.Ordinal);
            var stream = Consumer.StreamedChat(offering.Model, Prompt);
            var streamed = (await client.Quietly().Post("/v1/chat/completions", stream)).Expect(200);
            Assert.EndsWith("data: [DONE]\n\n", streamed.Body, StringComparison.Ordinal);
        }

        (await CallAsync(signer.WithSecret("ask_another"), offering.Model)).Expect(401);
        var (time, body) = (Signer.Now(), Consumer.Chat(offering.Model, Prompt));
        var repeated = Actors.Stranger().Quietly().With("X-App-Id", app.AppId!)
            .With("X-Timestamp", time.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .With("X-Signature", signer.Signature("POST", "/v1/chat/completions", time, body));
        var calls = Enumerable.Range(0, 10)
            .Select(one => repeated.At(Nodes[one % 2]).Post("/v1/chat/completions", body));
        var answers = await Task.WhenAll(calls);
        Assert.Single(answers, static one => one.Status == 200);
        Assert.All(answers.Where(static one => one.Status != 200), static one => one.Expect(401));
    }

    [Fact]
    public async Task No_more_often_than_they_may()
    {
        const int perSecond = 5;
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync(more: $$"""{ "qps": {{perSecond}} }""");
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var client = With("Authorization", $"Bearer {app.Key}");
        var began = System.Diagnostics.Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60)
            .Select(one => CallAsync(client.At(Nodes[one % 2]), offering.Model)));
        var windows = (int)Math.Ceiling(began.Elapsed.TotalSeconds) + 1;
        Assert.InRange(answers.Count(static one => one.Status == 200), 1, perSecond * windows);
        var refused = answers.Where(static one => one.Status != 200).ToList();
        Assert.All(refused, static one => Assert.Equal("1", one.Expect(429).Header("Retry-After")));
        await BecomesAsync(client, Other, offering.Model, 200);
    }

    [Fact]
    public async Task Not_what_they_have_not_subscribed_to()
    {
        var (offering, owner) = await MarketAsync();
        var another = await Offering.MakeAsync(Actors, Priced);
        var app = await owner.CreateAppAsync();
        var subscription = await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var client = With("Authorization", $"Bearer {app.Key}");
        (await CallAsync(client, another.Model)).Expect(403);
        (await CallAsync(client, "nobody-sells-this")).Expect(403);
        var models = (await client.Get("/v1/models")).Expect(200);
        Assert.Equal(offering.Model, Assert.Single(models.Json!["data"]!.AsArray())!["id"]!.GetValue<string>());

        (await CallAsync(client, offering.Model)).Expect(200);
        var path = $"/api/v1/consumers/{app.ConsumerId}/subscriptions/sub_{subscription}";
        (await owner.Quietly().Delete(path)).Expect(204);
        foreach (var node in Nodes) await BecomesAsync(client, node, offering.Model, 403);
    }

    [Fact]
    public async Task On_when_the_package_is_off_the_market()
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync();
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var consumer = await Actors.ConsumerAsync();
        foreach (var deed in (string[])["pause", "unlist"])
        {
            await offering.PackageAsync(deed);
            await BecomesAsync(consumer, Api, offering.Model, 404);
            foreach (var node in Nodes)
                (await CallAsync(With("Authorization", $"Bearer {app.Key}").At(node), offering.Model)).Expect(200);
        }
    }

    [Fact]
    public async Task The_cheapest_where_the_plan_leaves_it_open()
    {
        var (offering, owner) = await MarketAsync();
        var cheap = await offering.Supplier.PublishPackageAsync(
            offering.Model, offering.Account, new Offer(PriceInput: 1, PriceOutput: 1));
        await Routes.FirstBecomesAsync(Actors, offering.Model, cheap, Api, Told);
        var app = await owner.CreateAppAsync();
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering.Product);
        var answer = (await CallAsync(With("Authorization", $"Bearer {app.Key}"), offering.Model)).Expect(200);
        await UsageRow.PostedAsync(Api.Database, answer);
        Assert.Equal(cheap, await Api.Database.ValueAsync<long>(
            $"select package_id from gateway_usage where consumer_id = {Subscriber.NumberOf(app.ConsumerId)}"));
    }

    [Theory]
    [InlineData("credential", """{ "status": "INACTIVE" }""")]
    [InlineData("credential", """{ "allowedIps": ["192.0.2.1"] }""")]
    [InlineData("consumer", """{ "status": "INACTIVE" }""")]
    public async Task No_more_once_they_are_shut_out(string what, string change)
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync();
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var client = With("Authorization", $"Bearer {app.Key}");
        foreach (var node in Nodes) (await CallAsync(client.At(node), offering.Model)).Expect(200);
        var path = what == "consumer" ? $"{app.ConsumerPath}/status" : app.Path;
        (await owner.Quietly().Put(path, change)).Expect(200);
        foreach (var node in Nodes)
            await BecomesAsync(client, node, offering.Model, change.Contains("allowedIps") ? 403 : 401);
    }

    [Fact]
    public async Task With_the_key_before_as_long_as_a_rotation_overlaps()
    {
        var (offering, owner) = await MarketAsync();
        var app = await owner.CreateAppAsync();
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var before = With("Authorization", $"Bearer {app.Key}");
        foreach (var node in Nodes) (await CallAsync(before.At(node), offering.Model)).Expect(200);

        var next = (await owner.Quietly().Post($"{app.Path}/rotate", """{ "overlapSeconds": 3600 }""")).Expect(200);
        var after = With("Authorization", $"Bearer {next.Text("apiKeyValue")}");
        foreach (var node in Nodes)
        {
            (await CallAsync(after.At(node), offering.Model)).Expect(200);
            (await CallAsync(before.At(node), offering.Model)).Expect(200);
        }

        (await owner.Quietly().Post($"{app.Path}/rotate", """{ "overlapSeconds": 0 }""")).Expect(200);
        foreach (var node in Nodes)
        {
            await BecomesAsync(before, node, offering.Model, 401);
            await BecomesAsync(after, node, offering.Model, 401);
        }
    }

    private static Offer Priced =>
        new(PriceInput: Sale.PerInputToken * 1_000_000, PriceOutput: Sale.PerOutputToken * 1_000_000);

    private static JsonObject Changed(JsonObject claims, string name, JsonNode? value)
    {
        var other = (JsonObject)claims.DeepClone();
        if (value is null) other.Remove(name);
        else other[name] = value;
        return other;
    }

    private async Task<(Offering, Actor)> MarketAsync()
    {
        var owner = await Actors.UserAsync();
        await owner.TopUpAsync(Sale.Balance);
        return (await Offering.MakeAsync(Actors, Priced), owner);
    }

    private Client With(string header, string value) => Actors.Stranger().Quietly().With(header, value);

    private static Task<Answer> CallAsync(Client client, string model) =>
        client.Quietly().Post("/v1/chat/completions", Consumer.Chat(model, Prompt));

    private static async Task BecomesAsync(Client client, SupplyApiProcess node, string model, int status) =>
        await Eventually.Async(
            () => CallAsync(client.At(node), model), answer => answer.Status == status, $"{status}", Told);
}

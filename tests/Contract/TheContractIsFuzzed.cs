using System.Diagnostics;
using System.Text.Json.Nodes;
using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Contracts;

/// <summary>
/// Thousands of generated requests, some for every operation; fuzz.mjs says what must hold of each answer. A process of
/// its own, as nothing of it is safe from them. SEED=n repeats a run that failed.
/// </summary>
public sealed class TheContractIsFuzzed : IAsyncLifetime
{
    private const decimal Fortune = 50_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly string[] Providers = ["openai", "anthropic", "gemini", "baidu", "xfyun", "tencent"];

    private readonly Dictionary<string, string> credentials =
        Providers.ToDictionary(static one => one, static one => Supplier.CredentialOf(one));

    private SupplyApiProcess api = null!;

    public async ValueTask InitializeAsync() => api = await SupplyApiProcess.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task And_every_answer_is_in_it()
    {
        var setup = await SetUpAsync();
        string[] arguments =
            [Path.Combine(Repository.Tests, "Contract", "fuzz.mjs"), setup.ToJsonString()];
        await using var node = Child.Start("fuzz", new ProcessStartInfo("node", arguments));
        var code = await node.ExitedAsync(Patience);

        Assert.True(code == 0, string.Join('\n', [.. node.Output, .. node.Errors]));
        await Console.Out.WriteLineAsync(node.Output.Last());
    }

    // What is made first has the smallest ids, which every operation is tried with: what must last comes last.
    private async Task<JsonObject> SetUpAsync()
    {
        var actors = new Actors(api, null);
        var supplier = await actors.SupplierAsync();
        var ids = new JsonObject();
        foreach (var operation in Suite.Contract.Operations)
        {
            if (operation.Path.Contains("{accountId}", StringComparison.Ordinal))
                ids[operation.Id] = Named("accountId", await supplier.CreateAccountAsync(), await MountAsync(supplier));
            else if (operation.Path.Contains("{packageId}", StringComparison.Ordinal))
                ids[operation.Id] = Named("packageId", await PackagesAsync(actors, supplier));
            else if (operation.Path.Contains("{recordId}", StringComparison.Ordinal))
                ids[operation.Id] = Named("recordId", await supplier.GrantAsync(5), await supplier.GrantAsync(6));
            else if (operation.Path.Contains("{userId}", StringComparison.Ordinal))
                ids[operation.Id] = Named("userId", (await actors.UserAsync()).Id);
        }

        await AddChannelsAsync(actors, ids);
        await AddAppsAsync(supplier, ids);
        var app = await AddIntentsAsync(actors, ids);
        var product = await AddSubscriptionsAsync(actors, supplier, ids);
        ids["updateSupplyPolicy"] = new JsonObject { ["provider"] = new JsonArray("anthropic", "gemini") };
        var letter = await OutboxRows.AddDeadLetterAsync(api.Database);
        ids["retryOutboxDeadLetter"] = new JsonObject { ["eventId"] = new JsonArray($"{letter}") };
        var queries = await SettlementsAsync(actors, supplier, ids);
        var account = await MountAsync(supplier);
        var model = actors.Unique("model");
        await supplier.PublishPackageAsync(model, account, new Offer(Fortune));
        var (claude, gemini) = (actors.Unique("claude"), actors.Unique("gemini"));
        await supplier.PublishPackageAsync(claude, await MountAsync(supplier, "anthropic"), new Offer(Fortune));
        await supplier.PublishPackageAsync(gemini, await MountAsync(supplier, "gemini"), new Offer(Fortune));
        AddModel(gemini, ids);
        var consumer = await actors.ConsumerAsync(Fortune);
        (await consumer.ChatAsync(model)).Expect(200);
        var examples = Examples(supplier, account, model, await supplier.DraftPackageAsync(account, model));
        foreach (var (operation, body) in Calls(model, claude)) examples[operation] = new JsonArray(Parse(body));
        examples["createSubscription"] = new JsonArray(Parse(Subscriber.Body(product)));
        return new JsonObject
        {
            ["origin"] = api.Address.ToString(),
            ["tokens"] = new JsonObject
            {
                ["admin"] = (await actors.AdminAsync()).Token,
                ["supplier"] = supplier.Token,
                ["key"] = consumer.Key,
            },
            ["app"] = new JsonObject { ["id"] = app.Id, ["secret"] = app.Secret },
            ["ids"] = ids,
            ["queries"] = queries,
            ["examples"] = examples,
            ["secrets"] = new JsonArray([.. credentials.Values.SelectMany(Pieces), app.Secret]),
        };
    }

    private static void AddModel(string model, JsonObject ids)
    {
        foreach (var operation in Suite.Contract.Operations)
        {
            if (!operation.Path.Contains("{model}", StringComparison.Ordinal)) continue;
            ids[operation.Id] = new JsonObject
            {
                ["model"] = new JsonArray(model),
                ["action"] = new JsonArray("generateContent", "streamGenerateContent", "countTokens"),
            };
        }
    }

    // Of each two there is one that nothing refers to.
    private static async Task AddChannelsAsync(Actors actors, JsonObject ids)
    {
        var (name, channel) = (actors.Unique("model"), await PlatformChannel.OpenAsync(actors));
        var models = Named(
            "modelId", await PlatformChannel.PriceAsync(channel.Admin, actors.Unique("model")),
            await PlatformChannel.PriceAsync(channel.Admin, name));
        var channels = Named("channelId", (await PlatformChannel.OpenAsync(actors)).Id, channel.Id);
        var served = Named("channelModelId", await channel.ServeAsync(name));
        foreach (var operation in Suite.Contract.Operations)
        {
            foreach (var one in (JsonObject[])[models, channels, served])
            {
                if (operation.Path.Contains($"{{{one.First().Key}}}", StringComparison.Ordinal))
                    ids[operation.Id] = one.DeepClone();
            }
        }
    }

    private static async Task AddAppsAsync(Actor owner, JsonObject ids)
    {
        var (first, last) = (await owner.CreateAppAsync(), await owner.CreateAppAsync("HMAC"));
        foreach (var operation in Suite.Contract.Operations)
        {
            if (!operation.Path.Contains("{consumerId}", StringComparison.Ordinal)) continue;
            ids[operation.Id] = new JsonObject
            {
                ["consumerId"] = new JsonArray(first.ConsumerId, last.ConsumerId),
                ["credentialId"] = new JsonArray(first.CredentialId, last.CredentialId),
            };
        }
    }

    // Of each two one is as it was made.
    private static async Task<Signer> AddIntentsAsync(Actors actors, JsonObject ids)
    {
        var app = await actors.SignerAsync("""{ "qps": 100000 }""");
        foreach (var operation in Suite.Contract.Operations)
        {
            if (!operation.Path.Contains("{intentId}", StringComparison.Ordinal)) continue;
            var (first, last) = (await app.MakeAsync(), await app.MakeAsync());
            if (!operation.IsSigned) await actors.StepAsync(last, "process");
            ids[operation.Id] = new JsonObject { ["intentId"] = new JsonArray(first, last) };
        }

        return app;
    }

    // One that waits and one that is active, of the supplier's own; and a product to subscribe to.
    private static async Task<string> AddSubscriptionsAsync(Actors actors, Supplier supplier, JsonObject ids)
    {
        var (guarded, open) = (
            await Offering.MakeGuardedAsync(actors, supplier), await Offering.MakeAsync(actors, supplier: supplier));
        var consumer = await Subscriber.MakeAsync(actors, supplier);
        long[] subscriptions = [await consumer.SubscribedAsync(guarded), await consumer.SubscribedAsync(open)];
        foreach (var operation in Suite.Contract.Operations)
        {
            if (operation.Path.StartsWith("/api/v1/consumers/{consumerId}/subscriptions", StringComparison.Ordinal))
                ids[operation.Id] = new JsonObject
                {
                    ["consumerId"] = new JsonArray(consumer.Id),
                    ["subscriptionId"] = new JsonArray([.. subscriptions.Select(static id => (JsonNode)$"sub_{id}")]),
                };
            else if (operation.Path.Contains("{subscriptionId}", StringComparison.Ordinal))
                ids[operation.Id] = Named("subscriptionId", subscriptions);
        }

        ids["getProduct"] = new JsonObject { ["productId"] = new JsonArray(open.Product, guarded.Product) };
        ids["updateProductSubscriptionPolicy"] = Named("productId", guarded.Number);
        return (await Offering.MakeAsync(actors)).Product;
    }

    private Task<long> MountAsync(Supplier supplier, string provider = "openai") =>
        supplier.MountAccountAsync(provider, credential: credentials[provider]);

    private static IEnumerable<(string Operation, string Body)> Calls(string model, string claude)
    {
        yield return ("createCompletion", $$"""{ "model": "{{model}}", "prompt": "Say hello." }""");
        yield return ("createResponse", $$"""{ "model": "{{model}}", "input": "Say hello." }""");
        yield return ("createImage", $$"""{ "model": "{{model}}", "prompt": "A pixel." }""");
        yield return ("createEmbedding", $$"""{ "model": "{{model}}", "input": "Say hello." }""");
        var message = $$"""
            { "model": "{{claude}}", "max_tokens": 50, "messages": [{ "role": "user", "content": "Say hello." }] }
            """;
        yield return ("createMessage", message);
        yield return ("countMessageTokens", message.Without("max_tokens"));
        const string Content = """{ "contents": [{ "role": "user", "parts": [{ "text": "Say hello." }] }] }""";
        yield return ("generateContent", Content);
        yield return ("streamGenerateContent", Content);
        yield return ("countContentTokens", Content);
        yield return ("callStableModel", Content);
    }

    private static async Task<long[]> PackagesAsync(Actors actors, Supplier supplier)
    {
        var account = await supplier.MountAccountAsync();
        var draft = await supplier.DraftPackageAsync(account, actors.Unique("model"));
        return [draft, await supplier.PublishPackageAsync(actors.Unique("model"), account)];
    }

    // An administrator decides about the withdrawals of others; the supplier's own is paid, so it has a statement.
    private async Task<JsonObject> SettlementsAsync(Actors actors, Supplier supplier, JsonObject ids)
    {
        await supplier.GrantAsync(100);
        var own = await supplier.WithdrawAsync(50);
        await api.DecideAsync(own, "process", "complete");
        foreach (var operation in Suite.Contract.Operations)
        {
            if (!operation.Path.Contains("{settlementId}", StringComparison.Ordinal)) continue;
            if (operation.Path.StartsWith("/api/v1/", StringComparison.Ordinal))
            {
                ids[operation.Id] = Named("settlementId", own);
                continue;
            }

            var other = await actors.SupplierAsync();
            await other.GrantAsync(100);
            ids[operation.Id] = Named("settlementId", own, await other.WithdrawAsync(50));
        }

        var links = (await supplier.Get($"/api/v1/supply/settlements/{own}/statement")).Expect(200);
        var query = new JsonObject();
        foreach (var part in new Uri(links.Text("data.json_url")).Query[1..].Split('&'))
            query[part[..part.IndexOf('=')]] = part[(part.IndexOf('=') + 1)..];
        return new JsonObject { ["getSupplySettlementStatementFile"] = query };
    }

    // Bodies that get past what a schema cannot say.
    private JsonObject Examples(Supplier supplier, long account, string model, long package) => new()
    {
        ["verifySupplyAccount"] = new JsonArray([.. Candidates().Select(Parse)]),
        ["createSupplyAccount"] = new JsonArray([.. Candidates().Select(static one =>
            Parse(one.But("""{ "risk_ack": true, "account_alias": "An account" }""")))]),
        ["saveSupplyPackageDraft"] = new JsonArray(Parse($$"""
            {
              "supply_account_id": {{account}}, "model": "{{model}}", "total_quota": 10, "valid_days": 30,
              "price_per_1m_input": 0.5, "price_per_1m_output": 1.5, "max_concurrent": 10, "rate_limit_rpm": 60
            }
            """)),
        ["batchUpdateSupplyPackagePrice"] = new JsonArray(Parse($$"""
            { "items": [{ "package_id": {{package}}, "price_per_1m_input": 1, "price_per_1m_output": 2 }] }
            """)),
        ["createSupplySettlementWithdraw"] = new JsonArray(Parse(Withdrawals.Body(10, "123456"))),
        ["createIntent"] = new JsonArray(Parse(IntentBody.Usual)),
        ["updateIntent"] = new JsonArray(Parse("""{ "quantity": 3 }"""), Parse("""{ "status": "SUBMITTED" }""")),
        ["createConsumer"] = new JsonArray(Parse("""{ "name": "Fuzz", "authType": "HMAC" }""")),
        ["createCredential"] = new JsonArray(
            Parse("""{ "mode": "API_KEY", "apiKey": { "headerName": "X-Key", "prefix": "Key" } }"""),
            Parse("""{ "mode": "HMAC", "allowedIps": ["192.0.2.1"], "qps": 5, "expiresAt": "2099-01-01T00:00:00Z" }"""),
            Parse($$"""{ "mode": "JWT", "jwt": { "issuer": "https://id.example.com", "jwks": {{Jwks.All}} } }""")),
        ["updateCredential"] = new JsonArray(
            Parse("""{ "status": "ACTIVE", "qps": null, "expiresAt": null, "apiKey": { "headerName": "X-Key" } }"""),
            Parse("""{ "hmac": { "timestampTolerance": 60 }, "expiresAt": "2099-01-01T00:00:00Z" }""")),
        ["createPlatformModel"] = new JsonArray(Parse("""
            { "model_name": "fuzz", "input_price": "3", "output_price": 15, "cached_input_price": null }
            """)),
        ["updatePlatformModel"] = new JsonArray(Parse("""{ "input_price": "3", "output_price": 15 }"""),
            Parse("""{ "quota_type": 1, "request_price": "0.04" }""")),
        ["createChannel"] = new JsonArray(Parse($$"""
            {
              "name": "fuzz", "type": "openai", "api_key": "{{credentials["openai"]}}",
              "base_url": "https://models.example.com/v1"
            }
            """)),
        ["loginWithPassword"] = new JsonArray(Parse($$"""
            { "identifier": "{{supplier.Username}}", "password": "{{supplier.Password}}" }
            """)),
        ["createChatCompletion"] = new JsonArray(
            Parse(Consumer.Chat(model, "Say hello.")), Parse(Consumer.StreamedChat(model, "Say hello."))),
    };

    private IEnumerable<string> Candidates() => credentials.Select(static one => $$"""
        { "provider": "{{one.Key}}", "account_type": "api_key", "credential_input": "{{one.Value}}" }
        """);

    private static JsonNode Parse(string json) => JsonNode.Parse(json)!;

    private static JsonObject Named(string parameter, params long[] ids) =>
        new() { [parameter] = new JsonArray([.. ids.Select(static id => (JsonNode)id)]) };

    /// <summary>Whatever leaks more than twice as long a piece of it leaks one of these.</summary>
    private static IEnumerable<JsonNode> Pieces(string credential) =>
        credential[^48..].Chunk(12).Select(static piece => (JsonNode)new string(piece));
}

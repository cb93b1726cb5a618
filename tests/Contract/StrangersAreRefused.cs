using System.Text.RegularExpressions;
using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Contracts;

/// <summary>
/// Every operation that is not public refuses everybody who is not entitled, and what is not yours looks like what does
/// not exist: 404, word for word. An entitled caller on the same URL proves each time that the refusal was no typing
/// mistake. A new operation is in this test from the moment it stands in openapi.yaml.
/// </summary>
public sealed class StrangersAreRefused : ApiTest
{
    private const long NobodysId = 9_000_000_000;

    /// <summary>Only an admin may; another user is refused with 403 whatever the id.</summary>
    private static readonly string[] ForAdmins =
    [
        "updateUser", "adjustSupplyEarnings", "freezeSupplyEarning", "releaseSupplyEarning",
        "disableSupplyAccount", "restoreSupplyAccount", "listSupplyPolicies", "updateSupplyPolicy",
        "getRouting", "updateRouting", "listOutboxDeadLetters", "retryOutboxDeadLetter",
        "listSettlements", "getSettlementPaymentAccount", "processSettlement", "completeSettlement", "failSettlement",
        "listPlatformModels", "createPlatformModel", "updatePlatformModel", "deletePlatformModel",
        "listChannels", "createChannel", "updateChannel", "deleteChannel",
        "listChannelModels", "createChannelModel", "updateChannelModel", "deleteChannelModel",
        "listAppIntents", "getAppIntent", "processIntent", "completeIntent", "failIntent",
        "listMarketSubscriptions", "approveSubscription", "rejectSubscription",
        "getSubscriptionPolicy", "updateSubscriptionPolicy", "updateProductSubscriptionPolicy",
    ];

    /// <summary>What everybody may see who is signed in.</summary>
    private static readonly string[] Everybodys = ["getProduct"];

    private static readonly string[] KeyNames = ["key", "api_key", "access_token", "token"];

    public static TheoryData<string> Closed => [.. ThatAre(static _ => true)];
    public static TheoryData<string> ForPeople => [.. ThatAre(static one => !one.TakesApiKeys && !one.IsSigned)];
    public static TheoryData<string> AdminsOnly => [.. ThatAre(static one => ForAdmins.Contains(one.Id))];
    public static TheoryData<string> WithAnId =>
        [.. ThatAre(static one =>
            one.Path.Contains('{') && !one.TakesApiKeys && !Everybodys.Contains(one.Id))]; // so are models

    private string productOnSale = "";

    [Theory]
    [MemberData(nameof(Closed), DisableDiscoveryEnumeration = true)]
    public async Task Without_a_valid_credential(string id)
    {
        var (operation, path, entitled) = await EntitledAsync(id);
        var stranger = Actors.Stranger();
        await RefusedAsync(stranger, operation, path);
        await RefusedAsync(stranger.WithCredential("garbage"), operation, path);
        if (entitled is Signer app)
        {
            await RefusedAsync(app.WithSecret($"{app.Secret}x"), operation, path);
            await RefusedAsync(stranger.WithCredential(app.Owner.Token).With("X-App-Id", app.Id), operation, path);
            await AdmittedAsync(app, operation, path);
            return;
        }

        await RefusedAsync(stranger.WithCredential(Broken(entitled.Credential!)), operation, path);
        await RefusedAsync(stranger.With("Authorization", $"Basic {entitled.Credential}"), operation, path);

        await AdmittedAsync(entitled, operation, path);
    }

    [Theory]
    [MemberData(nameof(Closed), DisableDiscoveryEnumeration = true)]
    public async Task With_a_key_in_the_query(string id)
    {
        var (operation, path, entitled) = await EntitledAsync(id);
        foreach (var name in KeyNames)
        {
            var withKey = $"{path}?{name}={entitled.Credential ?? "garbage"}";
            await RefusedAsync(Actors.Stranger(), operation, withKey);
            await RefusedAsync(entitled, operation, withKey);
        }

        await AdmittedAsync(entitled, operation, path);
    }

    [Theory]
    [MemberData(nameof(ForPeople), DisableDiscoveryEnumeration = true)]
    public async Task With_an_api_key_on_the_console(string id)
    {
        var (operation, path, entitled) = await EntitledAsync(id);
        var made = await entitled.Quietly().Post("/api/user/api-keys", "{}");
        var key = made.Expect(200).Text("key");
        await RefusedAsync(Actors.Stranger().WithCredential(key), operation, path);
        await RefusedAsync(Actors.Stranger().With("X-Api-Key", key), operation, path);

        await AdmittedAsync(entitled, operation, path);
    }

    [Theory]
    [MemberData(nameof(AdminsOnly), DisableDiscoveryEnumeration = true)]
    public async Task As_somebody_who_is_no_admin(string id)
    {
        var (operation, path, entitled) = await EntitledAsync(id);
        var refused = await SendAsync(await Actors.UserAsync(), operation, path);
        Assert.Equal((403, "admin_required"), (refused.Status, refused.Text("code")));

        await AdmittedAsync(entitled, operation, path);
    }

    [Theory]
    [MemberData(nameof(WithAnId), DisableDiscoveryEnumeration = true)]
    public async Task As_another_user(string id)
    {
        var (operation, path, entitled) = await EntitledAsync(id);
        Client other = operation.IsSigned ? await Actors.SignerAsync() : await Actors.SupplierAsync();
        var isForAdmins = ForAdmins.Contains(id);
        var missing = await SendAsync(isForAdmins ? entitled : other, operation, NobodysPath(operation));
        var foreign = await SendAsync(other, operation, path);

        Assert.Equal(404, missing.Status);
        if (isForAdmins) Assert.Equal(403, foreign.Status);
        else Assert.Equal((404, Words(missing)), (foreign.Status, Words(foreign)));
        await AdmittedAsync(entitled, operation, path);
    }

    private async Task<(Operation Operation, string Path, Client Entitled)> EntitledAsync(string id)
    {
        var operation = Suite.Contract.Operations.Single(one => one.Id == id);
        if (operation.TakesApiKeys && operation.Path.Contains('{'))
        {
            var sale = await Sale.MakeAsync(Actors, provider: "gemini");
            var filled = operation.Path.Replace("{model}", sale.Model, StringComparison.Ordinal)
                .Replace("{action}", "generateContent", StringComparison.Ordinal);
            return (operation, filled, sale.Consumer);
        }

        if (operation.TakesApiKeys)
            return (operation, operation.Path, await Actors.ConsumerAsync(0));

        if (operation.IsSigned)
        {
            var app = await Actors.SignerAsync();
            return (operation, PathOf(operation, await app.MakeAsync()), app);
        }

        var supplier = await Actors.SupplierAsync();
        var path = PathOf(operation, await OwnAsync(supplier, operation));
        return (operation, path, ForAdmins.Contains(id) ? await Actors.AdminAsync() : supplier);
    }

    // An id that the operation can work on, so that the positive control succeeds.
    private async Task<object> OwnAsync(Supplier supplier, Operation operation) => operation.Path switch
    {
        var path when path.Contains("{userId}", StringComparison.Ordinal) => supplier.Id,
        var path when path.Contains("{eventId}", StringComparison.Ordinal) =>
            await OutboxRows.AddDeadLetterAsync(Api.Database),
        var path when path.Contains("{recordId}", StringComparison.Ordinal) => await supplier.GrantAsync(1),
        var path when path.Contains("{accountId}", StringComparison.Ordinal) => await supplier.CreateAccountAsync(),
        var path when path.Contains("{packageId}", StringComparison.Ordinal) =>
            await supplier.DraftPackageAsync(await supplier.MountAccountAsync(), Actors.Unique("model")),
        var path when path.Contains("{settlementId}", StringComparison.Ordinal) => await WithdrawnAsync(supplier),
        var path when path.Contains("/subscriptions", StringComparison.Ordinal) => await OwnSubscriptionAsync(supplier),
        var path when path.Contains("{consumerId}", StringComparison.Ordinal) => await OwnAppAsync(supplier),
        "/api/v1/consumers/primary" => await supplier.CreateConsumerAsync(),
        var path when path.Contains("{intentId}", StringComparison.Ordinal) => await IntentAsync(operation),
        var path when path.Contains("{productId}", StringComparison.Ordinal) => await OwnProductAsync(operation),
        var path when path.Contains("{provider}", StringComparison.Ordinal) => "openai",
        var path when path.Contains("{modelId}", StringComparison.Ordinal) =>
            await PlatformChannel.PriceAsync(await Actors.AdminAsync(), Actors.Unique("model")),
        var path when path.Contains("{channelId}", StringComparison.Ordinal) =>
            (await PlatformChannel.OpenAsync(Actors)).Id,
        var path when path.Contains("{channelModelId}", StringComparison.Ordinal) => await ServedAsync(),
        var path when path.Contains('{') => throw new NotSupportedException($"Tell this test what to make for {path}."),
        _ => 0,
    };

    private async Task<long> ServedAsync()
    {
        var (channel, model) = (await PlatformChannel.OpenAsync(Actors), Actors.Unique("model"));
        await PlatformChannel.PriceAsync(channel.Admin, model);
        return await channel.ServeAsync(model);
    }

    private static async Task<long> WithdrawnAsync(Supplier supplier)
    {
        await supplier.GrantAsync(10);
        return await supplier.WithdrawAsync(1);
    }

    private async Task<string> IntentAsync(Operation operation)
    {
        var intent = await (await Actors.SignerAsync()).MakeAsync();
        if (operation.Id is "completeIntent" or "failIntent") await Actors.StepAsync(intent, "process");
        return intent;
    }

    // One thing of each kind; the path says which of them it wants.
    private static async Task<Dictionary<string, string>> OwnAppAsync(Actor owner)
    {
        var app = await owner.CreateAppAsync();
        return new()
        {
            ["consumerId"] = app.ConsumerId,
            ["credentialId"] = app.CredentialId,
        };
    }

    // Of the supplier's own package, by a consumer of one's own: each side finds what it may decide about.
    private async Task<Dictionary<string, string>> OwnSubscriptionAsync(Supplier supplier)
    {
        var (offering, another) = (
            await Offering.MakeGuardedAsync(Actors, supplier), await Offering.MakeAsync(Actors, supplier: supplier));
        var consumer = await Subscriber.MakeAsync(Actors, supplier);
        productOnSale = another.Product;
        return new()
        {
            ["consumerId"] = consumer.Id,
            ["subscriptionId"] = $"{await consumer.SubscribedAsync(offering)}",
        };
    }

    private async Task<object> OwnProductAsync(Operation operation)
    {
        var offering = await Offering.MakeAsync(Actors);
        return ForAdmins.Contains(operation.Id) ? offering.Number : offering.Product;
    }

    private static string PathOf(Operation operation, object id) => id is Dictionary<string, string> ids
        ? Regex.Replace(operation.Path, "{([^}]+)}", match => Written(operation, ids, match.Groups[1].Value))
        : Regex.Replace(operation.Path, "{[^}]+}", $"{id}");

    // Consumers write sub_12 what the others write 12.
    private static string Written(Operation operation, Dictionary<string, string> ids, string name) =>
        name == "subscriptionId" && operation.Path.Contains("{consumerId}", StringComparison.Ordinal)
            ? $"sub_{ids[name]}"
            : ids[name];

    private static string NobodysPath(Operation operation) => Regex.Replace(
        operation.Path, "{([^}]+)}", match => match.Groups[1].Value switch
        {
            "consumerId" => $"con_{NobodysId}",
            "intentId" => $"intent_{NobodysId}",
            "credentialId" => $"cred_{NobodysId}",
            "subscriptionId" when operation.Path.Contains("{consumerId}", StringComparison.Ordinal) =>
                $"sub_{NobodysId}",
            _ => $"{NobodysId}",
        });

    private Task<Answer> SendAsync(Client client, Operation operation, string path) =>
        client.Quietly().Send(new HttpMethod(operation.Method), path, BodyOf(operation));

    // What is looked at before the id is must be good.
    private string? BodyOf(Operation operation) => operation switch
    {
        { Method: not ("POST" or "PUT" or "PATCH") } => null,
        { Id: "updateSupplyPolicy" } => """
            {
              "allowed_models": null,
              "floor_price_per_1m_input": 0,
              "floor_price_per_1m_output": 0,
              "model_floors": []
            }
            """,
        { Id: "setConsumerStatus" } => """{ "status": "INACTIVE" }""",
        { Id: "createConsumer" } => """{ "name": "An application" }""",
        { Id: "updateRouting" } => """{ "rule": "cheapest" }""",
        { Id: "updatePlatformModel" } => """{ "input_price": 1, "output_price": 2 }""",
        { Id: "createIntent" } => IntentBody.Usual,
        { Id: "updateIntent" } => """{ "quantity": 3 }""",
        { Id: "failIntent" } => """{ "reason": "It is sold out." }""",
        { Id: "completeSettlement" } => """{ "payment_reference": "PAY-1" }""",
        { Id: "failSettlement" } => """{ "reason": "It came back." }""",
        { Id: "adjustSupplyEarnings" } =>
            """{ "earnings_type": "bonus", "amount": "1", "description": "A bonus" }""",
        { Id: "createSubscription" } => Subscriber.Body(productOnSale),
        { Id: "rejectSupplySubscription" or "rejectSubscription" } => """{ "reason": "It is at risk." }""",
        { Id: "updateSubscriptionPolicy" } => """{ "auto_approve": true }""", // as it is anyway: others look at it
        { Id: "updateProductSubscriptionPolicy" } => """{ "auto_approve": null }""",
        { Id: "disableSupplyAccount" or "freezeSupplyEarning" } => """{ "reason": "It is at risk." }""",
        _ => "{}",
    };

    private async Task RefusedAsync(Client client, Operation operation, string path)
    {
        var answer = await SendAsync(client, operation, path);
        Assert.True(answer.Status == 401, $"{operation.Id} {path} answered {answer.Status}: {answer.Body}");
        var challenge = operation.IsSigned ? "HMAC-SHA256" : "Bearer";
        Assert.Equal(challenge, answer.Header("WWW-Authenticate"));
    }

    private async Task AdmittedAsync(Client client, Operation operation, string path)
    {
        var answer = await SendAsync(client, operation, path);
        Assert.False(answer.Status is 401 or 403 or 404, $"{operation.Id} answered {answer.Status}: {answer.Body}");
    }

    // The same claims under a signature whose last byte is another; for a key, another key.
    private static string Broken(string credential) =>
        $"{credential[..^6]}{(credential[^6] == 'A' ? 'B' : 'A')}{credential[^5..]}";

    private static string Words(Answer answer) =>
        answer.Body.Replace(answer.Header("X-Request-Id")!, "", StringComparison.Ordinal);

    private static IEnumerable<string> ThatAre(Func<Operation, bool> which)
    {
        var pending = ContractCoverage.Pending();
        return Suite.Contract.Operations
            .Where(one => !one.IsPublic && !one.Statuses.All(status => pending.Contains((one.Id, status))))
            .Where(which)
            .Select(static one => one.Id);
    }
}

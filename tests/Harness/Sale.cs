namespace SupplyApi.Tests.Harness;

/// <summary>A model that one supplier sells and one consumer buys, at prices where every token shows.</summary>
public sealed record Sale(Supplier Supplier, Consumer Consumer, string Model, string Credential, long Package)
{
    public const decimal Balance = 100;
    public const decimal PerInputToken = 0.001m;
    public const decimal PerOutputToken = 0.002m;

    private static readonly Offer Usual = new()
    {
        PriceInput = PerInputToken * 1_000_000,
        PriceOutput = PerOutputToken * 1_000_000,
    };

    public long Account { get; private init; }

    public static async Task<Sale> MakeAsync(Actors actors, Offer? offer = null, string provider = "openai")
    {
        var supplier = await actors.SupplierAsync();
        var consumer = await actors.ConsumerAsync(Balance);
        var credential = Supplier.CredentialOf(provider);
        var model = actors.Unique("model");
        var account = await supplier.MountAccountAsync(provider, credential: credential);
        var package = await supplier.PublishPackageAsync(model, account, offer ?? Usual);
        await OnSaleAsync(consumer, model);
        return new Sale(supplier, consumer, model, credential, package) { Account = account };
    }

    /// <summary>Another model by the same people: it feels nothing of what the first one's faults lead to.</summary>
    public async Task<Sale> OfAnotherModelAsync(Actors actors)
    {
        var model = actors.Unique("model");
        var package = await Supplier.PublishPackageAsync(model, Account, Usual);
        await OnSaleAsync(Consumer, model);
        return this with { Model = model, Package = package };
    }

    /// <summary>A package of this account that one call has used up.</summary>
    public static async Task<long> SoldOutAsync(Actors actors, Supplier supplier, long account)
    {
        var model = actors.Unique("model");
        var package = await supplier.PublishPackageAsync(model, account, new Offer(1, 1000, 2000));
        var consumer = await actors.ConsumerAsync();
        await OnSaleAsync(consumer, model);
        var chat = Consumer.Chat(model, "!tokens=1,500", "\"max_tokens\": 1");
        (await consumer.Quietly().Post("/v1/chat/completions", chat)).Expect(200);
        await Eventually.Async(
            () => supplier.Quietly().Get($"/api/v1/supply/packages/{package}"),
            static answer => answer.Text("data.status") == "sold_out", "sold out");
        return package;
    }

    /// <summary>One call that the transcript does not show.</summary>
    public Task<Answer> BuyAsync(string prompt) =>
        Consumer.Quietly().Post("/v1/chat/completions", Consumer.Chat(Model, prompt));

    /// <summary>Until the gateway was told who may sell, and buying ends so.</summary>
    public Task<Answer> BuyingAnswersAsync(int status, string prompt = "Say hello.", int seconds = 15) =>
        Eventually.Async(
            () => BuyAsync(prompt), answer => answer.Status == status, $"{status} at the gateway", seconds);

    /// <summary>What was charged to the key once the call is settled.</summary>
    public async Task<decimal> ChargedAsync(long calls = 1)
    {
        var keys = await Eventually.Async(
            async () => (await Consumer.Console.Quietly().Get("/api/user/api-keys")).Expect(200),
            answer => answer.Number("0.usage.request_count") == calls,
            $"{calls} calls in the key's usage");
        return keys.Amount("0.usage.total_cost");
    }

    public async Task BalanceBecomesAsync(decimal balance) => await Eventually.Async(
        Consumer.BalanceAsync, seen => seen == balance, $"a balance of {balance}");

    /// <summary>Until this client, perhaps at another process, can call the model.</summary>
    public Task OnSaleAsync(Client client) => OnSaleAsync(client, Model);

    // A publication reaches the gateway by notification, not by the answer that confirms it.
    private static async Task OnSaleAsync(Client client, string model) => await Eventually.Async(
        async () => (await client.Quietly().Get("/v1/models")).Expect(200).Body,
        body => body.Contains($"\"{model}\"", StringComparison.Ordinal),
        $"{model} among the models");
}

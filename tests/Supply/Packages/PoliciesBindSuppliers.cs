namespace SupplyApi.Tests.Supply.Packages;

/// <summary>What an admin allows holds for drafts, prices and publications; what is on sale goes on.</summary>
public sealed class PoliciesBindSuppliers : OwnProcessTest
{
    private const string Policy = """
        {
          "allowed_models": ["listed-exactly", "listed-by-*"],
          "floor_price_per_1m_input": "1",
          "floor_price_per_1m_output": "2",
          "model_floors": [
            { "model": "listed-by-name", "price_per_1m_input": "0.5", "price_per_1m_output": "4" }
          ]
        }
        """;

    private const string Open = """
        {
          "allowed_models": null,
          "floor_price_per_1m_input": "0",
          "floor_price_per_1m_output": "0",
          "model_floors": []
        }
        """;

    [Fact]
    public async Task Who_write_a_draft()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var elsewhere = await supplier.MountAccountAsync("anthropic");
        await SetAsync(Policy);
        await DraftAsync(supplier, account, "unlisted", 1, 2);
        await DraftAsync(supplier, account, "listed-exactly-not", 1, 2);
        await DraftAsync(supplier, account, "LISTED-EXACTLY", 1, 2);
        await DraftAsync(supplier, account, "listed-exactly", 1, 2);
        await DraftAsync(supplier, account, "listed-by-beginning", 0.999999m, 2);
        await DraftAsync(supplier, account, "listed-by-beginning", 1, 1.999999m);
        await DraftAsync(supplier, account, "listed-by-name", 0.5m, 3.999999m);
        await DraftAsync(supplier, account, "listed-by-name", 0.5m, 4);
        await DraftAsync(supplier, elsewhere, "unlisted", 0, 0);

        Transcript.Matches();
    }

    [Fact]
    public async Task Who_change_prices()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        await SetAsync(Policy);
        var package = await supplier.PublishPackageAsync("listed-exactly", account);
        var named = await supplier.DraftPackageAsync(account, "listed-by-name", new Offer(PriceOutput: 4));
        await supplier.Post("/api/v1/supply/packages/batch-price", FormattableString.Invariant($$"""
            {
              "items": [
                { "package_id": {{package}}, "price_per_1m_input": 0.5, "price_per_1m_output": 4 },
                { "package_id": {{named}}, "price_per_1m_input": 0.5, "price_per_1m_output": 4 }
              ]
            }
            """));
        await supplier.Get($"/api/v1/supply/packages/{package}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Who_publish()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var onSale = await supplier.PublishPackageAsync("unlisted", account, new Offer(PriceInput: 0));
        var draft = await supplier.DraftPackageAsync(account, "unlisted", new Offer(PriceInput: 0));
        await SetAsync(Policy);
        await supplier.Post($"/api/v1/supply/packages/{draft}/publish");
        await supplier.Post($"/api/v1/supply/packages/{onSale}/publish");
        await supplier.Get($"/api/v1/supply/packages/{onSale}");
        var clone = (await supplier.Post($"/api/v1/supply/packages/{onSale}/clone")).Expect(201);
        await supplier.Post($"/api/v1/supply/packages/{clone.Number("data.package_id")}/publish");
        await SetAsync(Open);
        await supplier.Post($"/api/v1/supply/packages/{draft}/publish");

        Transcript.Matches();
    }

    private async Task SetAsync(string policy)
    {
        var founder = await Api.FounderAsync();
        (await founder.Put("/api/supply-policies/openai", policy)).Expect(200);
    }

    private static Task<Answer> DraftAsync(
        Supplier supplier, long account, string model, decimal input, decimal output) =>
        supplier.Post("/api/v1/supply/packages/draft", FormattableString.Invariant($$"""
            {
              "supply_account_id": {{account}},
              "model": "{{model}}",
              "total_quota": 10,
              "price_per_1m_input": {{input}},
              "price_per_1m_output": {{output}},
              "valid_days": 30
            }
            """));
}

using Npgsql;

namespace SupplyApi.Tests.Supply.Accounts;

public sealed class DeleteSupplyAccountTests : ApiTest
{
    private const string Accounts = "/api/v1/supply/accounts";

    [Fact]
    public async Task Leaves_nothing_of_the_account()
    {
        var supplier = await Actors.SupplierAsync();
        var admin = await Actors.AdminAsync();
        var account = await supplier.CreateAccountAsync();
        await supplier.Delete($"{Accounts}/{account}");
        await supplier.Delete($"{Accounts}/{account}");
        await supplier.Get($"{Accounts}/{account}");
        await supplier.Get(Accounts);
        await supplier.Get($"{Accounts}/{account}/audit-logs");
        await supplier.Post($"{Accounts}/{account}/activate");
        await supplier.Post($"{Accounts}/{account}/suspend");
        await admin.Post($"/api/supply-accounts/{account}/disable", """{ "reason": "Risk" }""");
        await admin.Post($"/api/supply-accounts/{account}/restore");

        Transcript.Matches();
    }

    [Fact]
    public async Task Overwrites_the_credential()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        var before = await SealedBytesAsync(account);
        (await supplier.Delete($"{Accounts}/{account}")).Expect(204);

        Assert.True(before > 0);
        Assert.Equal(0, await SealedBytesAsync(account));
    }

    [Fact]
    public async Task Refuses_while_it_is_active()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        await supplier.Delete($"{Accounts}/{account}");
        await supplier.Post($"{Accounts}/{account}/suspend");
        await supplier.Delete($"{Accounts}/{account}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_while_a_package_of_it_is_active_or_paused()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"), account);
        await supplier.Post($"{Accounts}/{account}/suspend");
        await supplier.Delete($"{Accounts}/{account}");
        await supplier.Post($"/api/v1/supply/packages/{package}/pause");
        await supplier.Delete($"{Accounts}/{account}");
        await supplier.Post($"/api/v1/supply/packages/{package}/unlist");
        await supplier.Delete($"{Accounts}/{account}");

        Transcript.Matches();
    }

    [Fact]
    public async Task What_it_earned_stays_on_the_books()
    {
        var sale = await Sale.MakeAsync(Actors);
        var supplier = sale.Supplier.Quietly();
        (await sale.BuyAsync("Say hello.")).Expect(200);
        await sale.ChargedAsync();
        var account = (await supplier.Get(Accounts)).Expect(200).Number("data.0.account_id");
        var before = (await supplier.Get("/api/v1/supply/billing")).Expect(200);
        (await supplier.Post($"{Accounts}/{account}/suspend")).Expect(200);
        (await supplier.Post($"/api/v1/supply/packages/{sale.Package}/unlist")).Expect(200);
        (await supplier.Delete($"{Accounts}/{account}")).Expect(204);

        var after = (await supplier.Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(before.At("data")!.ToJsonString(), after.At("data")!.ToJsonString());
        Assert.True(after.Amount("data.summary.net_earnings") > 0);
        var records = (await supplier.Get("/api/v1/supply/earnings/records")).Expect(200);
        Assert.Equal(1, records.Number("pagination.total"));
    }

    [Fact]
    public async Task What_was_drafted_on_it_stays_a_draft()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var package = await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        await supplier.Post($"{Accounts}/{account}/suspend");
        await supplier.Delete($"{Accounts}/{account}");
        await supplier.Post($"/api/v1/supply/packages/{package}/publish");
        await supplier.Post("/api/v1/supply/packages/draft", $$"""
            {
              "supply_account_id": {{account}},
              "model": "another",
              "total_quota": 10,
              "price_per_1m_input": 1,
              "price_per_1m_output": 2,
              "valid_days": 30
            }
            """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Leaves_the_other_accounts_alone()
    {
        var supplier = await Actors.SupplierAsync();
        var kept = await supplier.CreateAccountAsync();
        var deleted = await supplier.CreateAccountAsync();
        (await supplier.Delete($"{Accounts}/{deleted}")).Expect(204);
        var left = (await supplier.Get(Accounts)).Expect(200);

        Assert.Equal((1, kept), (left.Number("pagination.total"), left.Number("data.0.account_id")));
    }

    [Fact]
    public async Task Either_it_is_deleted_or_it_is_activated()
    {
        var supplier = await Actors.SupplierAsync();
        var accounts = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => supplier.CreateAccountAsync()));
        var answers = await Task.WhenAll(accounts.Select(account => Task.WhenAll(
            supplier.Quietly().Delete($"{Accounts}/{account}"),
            supplier.Quietly().Post($"{Accounts}/{account}/activate"))));

        Assert.All(answers, static pair => Assert.Contains(
            (pair[0].Status, pair[1].Status), new[] { (204, 404), (409, 200) }));
        var left = (await supplier.Get($"{Accounts}?status=active")).Expect(200);
        Assert.Equal(answers.Count(static pair => pair[1].Status == 200), left.Number("pagination.total"));
    }

    // Nothing ever shows a credential, so only the table can tell that it is gone.
    private async Task<int> SealedBytesAsync(long account)
    {
        const string Look = "select length(credential) from supply_accounts where id = $1";
        await using var connection = await Api.Database.OpenAsync();
        await using var command = new NpgsqlCommand(Look, connection) { Parameters = { new() { Value = account } } };
        return (int)(await command.ExecuteScalarAsync())!;
    }
}

namespace SupplyApi.Tests.Supply.Accounts;

public sealed class ActivateSupplyAccountTests : ApiTest
{
    [Fact]
    public async Task Activates_a_pending_account_once()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        await supplier.Post($"/api/v1/supply/accounts/{account}/activate");
        await supplier.Post($"/api/v1/supply/accounts/{account}/activate");

        Transcript.Matches();
    }

    [Fact]
    public async Task Leaves_a_disabled_account_to_the_admins()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        var admin = await Actors.AdminAsync();
        (await admin.Quietly().Post($"/api/supply-accounts/{account}/disable", """{ "reason": "Risk" }""")).Expect(200);
        await supplier.Post($"/api/v1/supply/accounts/{account}/activate");

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post("/api/v1/supply/accounts/0/activate");
        await supplier.Post("/api/v1/supply/accounts/9223372036854775807/activate");

        Transcript.Matches();
    }

    [Fact]
    public async Task One_of_many_at_once_activates()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            supplier.Quietly().Post($"/api/v1/supply/accounts/{account}/activate")));

        Assert.Single(answers, static one => one.Status == 200);
        Assert.Equal(9, answers.Count(static one => one.Status == 409));
        var logs = await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs");
        Assert.Equal(2, logs.Number("pagination.total"));
    }
}

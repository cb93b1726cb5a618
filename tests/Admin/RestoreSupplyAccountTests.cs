namespace SupplyApi.Tests.Admin;

public sealed class RestoreSupplyAccountTests : ApiTest
{
    [Fact]
    public async Task Restores_a_disabled_account_once_and_leaves_it_suspended()
    {
        var (admin, supplier, account) = await DisabledAsync();
        await admin.Post($"/api/supply-accounts/{account}/restore");
        await admin.Post($"/api/supply-accounts/{account}/restore");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page_size=1");
        await supplier.Post($"/api/v1/supply/accounts/{account}/activate");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_not_disabled()
    {
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        await admin.Post($"/api/supply-accounts/{await supplier.CreateAccountAsync()}/restore");
        await admin.Post($"/api/supply-accounts/{await supplier.MountAccountAsync()}/restore");

        Transcript.Matches();
    }

    [Fact]
    public async Task One_of_many_at_once_restores()
    {
        var (admin, supplier, account) = await DisabledAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            admin.Quietly().Post($"/api/supply-accounts/{account}/restore")));

        Assert.Single(answers, static one => one.Status == 200);
        Assert.Equal(9, answers.Count(static one => one.Status == 409));
        var logs = (await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs")).Expect(200);
        Assert.Equal(3, logs.Number("pagination.total"));
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/supply-accounts/0/restore");
        await admin.Post("/api/supply-accounts/9223372036854775807/restore");

        Transcript.Matches();
    }

    private async Task<(Actor Admin, Supplier Supplier, long Account)> DisabledAsync()
    {
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        (await admin.Quietly().Post($"/api/supply-accounts/{account}/disable", """{ "reason": "Risk" }""")).Expect(200);
        return (admin, supplier, account);
    }
}

namespace SupplyApi.Tests.Supply.Accounts;

public sealed class ListSupplyAccountAuditLogsTests : ApiTest
{
    [Fact]
    public async Task Tells_what_was_done_newest_first_and_who_looked()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs");

        Transcript.Matches();
    }

    [Fact]
    public async Task Goes_page_by_page()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page_size=1");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page=3&page_size=1");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page=2147483647&page_size=200");

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_the_events_of_this_account_only()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.MountAccountAsync();
        var account = await supplier.CreateAccountAsync();
        var logs = await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs");

        Assert.Equal(1, logs.Number("pagination.total"));
        Assert.Equal("supply.account.create", logs.Text("data.0.action"));
    }

    [Fact]
    public async Task Refuses_a_page_that_cannot_be()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page=0");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page=one");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page_size=201");
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page_size=-1");

        Transcript.Matches();
    }
}

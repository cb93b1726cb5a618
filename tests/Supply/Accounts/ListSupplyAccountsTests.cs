namespace SupplyApi.Tests.Supply.Accounts;

public sealed class ListSupplyAccountsTests : ApiTest
{
    private const string Path = "/api/v1/supply/accounts";

    [Fact]
    public async Task Lists_the_newest_first_page_by_page()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.MountAccountAsync();
        await supplier.CreateAccountAsync("anthropic");
        await supplier.Get(Path);
        await supplier.Get($"{Path}?page_size=1");
        await supplier.Get($"{Path}?page=2&page_size=1");
        await supplier.Get($"{Path}?page=2147483647&page_size=200");

        Transcript.Matches();
    }

    [Fact]
    public async Task Finds_by_status_and_provider()
    {
        var supplier = await Actors.SupplierAsync();
        var active = await supplier.MountAccountAsync();
        var pending = await supplier.CreateAccountAsync();
        var anthropic = await supplier.MountAccountAsync("anthropic");

        await FindsAsync("status=active", 2, anthropic, active);
        await FindsAsync("status=pending", 1, pending);
        await FindsAsync("status=disabled", 0);
        await FindsAsync("provider=openai", 2, pending, active);
        await FindsAsync("provider=anthropic&status=active", 1, anthropic);
        await FindsAsync("provider=anthropic&status=pending", 0);
        await FindsAsync("provider=openai&page=2&page_size=1", 2, active);

        async Task FindsAsync(string query, long total, params long[] accounts)
        {
            var answer = (await supplier.Get($"{Path}?{query}")).Expect(200);
            Assert.Equal(total, answer.Number("pagination.total"));
            Assert.Equal(
                accounts, answer.At("data")!.AsArray().Select(static one => one!["account_id"]!.GetValue<long>()));
        }
    }

    [Fact]
    public async Task Is_empty_before_the_first_account_whatever_others_have()
    {
        await (await Actors.SupplierAsync()).CreateAccountAsync();
        await (await Actors.SupplierAsync()).Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_cannot_be_found()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Path}?status=deleted");
        await supplier.Get($"{Path}?status=");
        await supplier.Get($"{Path}?provider=OpenAI");
        await supplier.Get($"{Path}?page=0");
        await supplier.Get($"{Path}?page_size=201");

        Transcript.Matches();
    }
}

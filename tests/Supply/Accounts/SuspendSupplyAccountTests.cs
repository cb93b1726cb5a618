namespace SupplyApi.Tests.Supply.Accounts;

public sealed class SuspendSupplyAccountTests : ApiTest
{
    private const string Accounts = "/api/v1/supply/accounts";

    [Fact]
    public async Task Suspends_an_active_account_once()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        await supplier.Post($"{Accounts}/{account}/suspend");
        await supplier.Post($"{Accounts}/{account}/suspend");
        await supplier.Post($"{Accounts}/{account}/activate");
        await supplier.Get($"{Accounts}/{account}/audit-logs");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_not_active()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        await supplier.Post($"{Accounts}/{account}/suspend");
        var admin = await Actors.AdminAsync();
        (await admin.Quietly().Post($"/api/supply-accounts/{account}/disable", """{ "reason": "Risk" }""")).Expect(200);
        await supplier.Post($"{Accounts}/{account}/suspend");

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post($"{Accounts}/0/suspend");
        await supplier.Post($"{Accounts}/9223372036854775807/suspend");

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_its_packages_off_sale_until_it_is_active_again()
    {
        var sale = await Sale.MakeAsync(Actors);
        var supplier = sale.Supplier.Quietly();
        var account = (await supplier.Get(Accounts)).Expect(200).Number("data.0.account_id");

        (await supplier.Post($"{Accounts}/{account}/suspend")).Expect(200);
        await sale.BuyingAnswersAsync(404);
        (await supplier.Post($"{Accounts}/{account}/activate")).Expect(200);
        await sale.BuyingAnswersAsync(200);
    }

    [Fact]
    public async Task A_storm_with_activations_skips_no_state()
    {
        const int Many = 50;
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(one =>
            supplier.Quietly().Post($"{Accounts}/{account}/{(one % 2 == 0 ? "suspend" : "activate")}")));

        var refused = answers.Where(static one => one.Status != 200).ToList();
        Assert.All(refused, static one => Assert.Equal(
            (409, "SUP_ACC_4091"), (one.Status, one.Text("error.code"))));
        var logs = (await supplier.Get($"{Accounts}/{account}/audit-logs?page_size=200")).Expect(200);
        var changes = logs.Json!["data"]!.AsArray().Reverse().Skip(2)
            .Select(static one => (
                Before: one!["before_state"]!["status"]!.GetValue<string>(),
                After: one["after_state"]!["status"]!.GetValue<string>()))
            .ToList();

        // Pending, then active: from there every change starts where the one before it ended.
        Assert.Equal(Many - refused.Count, changes.Count);
        Assert.NotEmpty(changes);
        for (var at = 0; at < changes.Count; at++)
            Assert.Equal(at % 2 == 0 ? ("active", "suspended") : ("suspended", "active"), changes[at]);
        var state = (await supplier.Get($"{Accounts}/{account}")).Expect(200);
        Assert.Equal(changes[^1].After, state.Text("data.status"));
    }
}

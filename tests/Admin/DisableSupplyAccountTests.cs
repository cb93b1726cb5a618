namespace SupplyApi.Tests.Admin;

public sealed class DisableSupplyAccountTests : ApiTest
{
    private const string Reason = """{ "reason": "The provider reports misuse." }""";

    [Fact]
    public async Task Disables_whatever_state_it_is_in_once()
    {
        var (admin, supplier) = await BothAsync();
        var pending = await supplier.CreateAccountAsync();
        var active = await supplier.MountAccountAsync();
        var suspended = await supplier.MountAccountAsync();
        (await supplier.Quietly().Post($"/api/v1/supply/accounts/{suspended}/suspend")).Expect(200);
        foreach (var account in (long[])[pending, active, suspended, suspended])
            await admin.Post($"/api/supply-accounts/{account}/disable", Reason);

        Transcript.Matches();
    }

    [Fact]
    public async Task The_supplier_reads_why_and_cannot_undo_it()
    {
        var (admin, supplier) = await BothAsync();
        var account = await supplier.MountAccountAsync();
        await admin.Post($"/api/supply-accounts/{account}/disable", Reason);
        await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs?page_size=1");
        await supplier.Get($"/api/v1/supply/accounts/{account}");
        await supplier.Post($"/api/v1/supply/accounts/{account}/activate");
        await supplier.Post($"/api/v1/supply/accounts/{account}/suspend");
        await supplier.Delete($"/api/v1/supply/accounts/{account}");
        await supplier.Post($"/api/supply-accounts/{account}/restore");

        Transcript.Matches();
    }

    [Fact]
    public async Task Nothing_of_it_is_on_sale_any_more()
    {
        var admin = await Actors.AdminAsync();
        var sale = await Sale.MakeAsync(Actors);
        var accounts = await sale.Supplier.Quietly().Get("/api/v1/supply/accounts");
        (await sale.BuyAsync("Say hello.")).Expect(200);
        var account = accounts.Expect(200).Number("data.0.account_id");
        (await admin.Post($"/api/supply-accounts/{account}/disable", Reason)).Expect(200);

        await sale.BuyingAnswersAsync(404);
        var models = (await sale.Consumer.Quietly().Get("/v1/models")).Expect(200).Body;
        Assert.DoesNotContain($"\"{sale.Model}\"", models, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_do_it_without_a_reason()
    {
        var (admin, supplier) = await BothAsync();
        var account = await supplier.CreateAccountAsync();
        foreach (var body in (string[])
            [
                "{}", """{ "reason": null }""", """{ "reason": "" }""", """{ "reason": " \t " }""",
                $$"""{ "reason": "{{new string('r', 501)}}" }""", """{ "reason": "a\u0000b" }""",
                """{ "reason": "Risk", "status": "active" }""",
            ])
            await admin.Post($"/api/supply-accounts/{account}/disable", body);

        Transcript.Matches();
        var after = (await supplier.Get($"/api/v1/supply/accounts/{account}")).Expect(200);
        Assert.Equal("pending", after.Text("data.status"));
    }

    [Fact]
    public async Task Takes_a_long_reason_in_any_script()
    {
        var (admin, supplier) = await BothAsync();
        var account = await supplier.CreateAccountAsync();
        var reason = new string('险', 500);
        (await admin.Post($"/api/supply-accounts/{account}/disable", $$"""{ "reason": "{{reason}}" }""")).Expect(200);
        var logs = (await supplier.Get($"/api/v1/supply/accounts/{account}/audit-logs")).Expect(200);

        Assert.Equal(reason, logs.Text("data.0.after_state.reason"));
        Assert.Equal(admin.Id, logs.Number("data.0.operator_id"));
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/supply-accounts/0/disable", Reason);
        await admin.Post("/api/supply-accounts/9223372036854775807/disable", Reason);

        Transcript.Matches();
    }

    private async Task<(Actor Admin, Supplier Supplier)> BothAsync() =>
        (await Actors.AdminAsync(), await Actors.SupplierAsync());
}

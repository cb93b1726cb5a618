namespace SupplyApi.Tests.Faults;

/// <summary>
/// The fault cases that the supply console's acceptance asks for, by their numbers. The faults are real: a statement
/// that runs out of time, a line that is cut, a constraint that does not hold.
/// </summary>
public sealed class FaultInjections : OwnProcessTest
{
    private const string Balance = "/api/v1/supply/balance";
    private ChaosProxy line = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await line.DisposeAsync();
    }

    [Fact]
    public async Task FI_001_a_statement_out_of_time_after_the_withdrawal_was_inserted()
    {
        var (supplier, body, once) = await ReadyAsync();
        await using (await HeldRow.OfLotsAsync(Api.Database, supplier.Id))
            Assert.Equal(503, (await once.Post(Withdrawals.Path, body)).Status);

        await NothingHappenedAsync(supplier);
        await SucceedsAsync(once, body);
    }

    [Fact]
    public async Task FI_001_the_line_to_the_database_cut_inside_the_withdrawal()
    {
        var (supplier, body, once) = await ReadyAsync();
        await using (var row = await HeldRow.OfLotsAsync(Api.Database, supplier.Id))
        {
            var withdrawal = once.Post(Withdrawals.Path, body);
            await row.AwaitedByAsync(1);
            line.Cut();
            Assert.Equal(503, (await withdrawal).Status);
        }

        await Eventually.Async(
            () => supplier.Quietly().Get(Balance), static one => one.Status == 200, "the line is back");
        await NothingHappenedAsync(supplier);
        await SucceedsAsync(once, body);
    }

    [Fact]
    public async Task FI_002_another_payload_under_the_same_key()
    {
        var (supplier, body, once) = await ReadyAsync();
        await SucceedsAsync(once, body);
        var other = await once.Post(Withdrawals.Path, body.But("""{ "withdraw_amount": 50 }"""));

        Assert.Equal((409, "IDEMPOTENCY_PAYLOAD_MISMATCH"), (other.Status, other.Text("error.code")));
        Assert.Equal(60, (await supplier.Get(Balance)).Amount("data.available"));
        Assert.Equal(1, (await supplier.Get("/api/v1/supply/settlements")).Number("pagination.total"));
    }

    [Fact]
    public async Task FI_003_two_publications_at_once()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var package = await supplier.DraftPackageAsync(account, Actors.Unique("model"));
        var path = $"/api/v1/supply/packages/{package}/publish";
        var answers = await Task.WhenAll(supplier.Post(path), supplier.Post(path));

        Assert.Equal([200, 409], answers.Select(static one => one.Status).Order());
        Assert.Equal("SUP_PKG_4091", answers.Single(static one => one.Status == 409).Text("error.code"));
        Assert.Equal(
            ["supply.package.draft.save", "supply.package.publish"],
            (await Trail.AuditAsync(Api.Database, "supply_package", package)).Select(static one => one.Action));
    }

    [Theory]
    [InlineData("FI_004", "audit_events", "action <> 'supply.settlement.withdraw.create'")]
    [InlineData("FI_005", "outbox_events", "name <> 'supply.settlement.withdraw.success'")]
    public async Task FI_004_and_005_what_must_go_with_the_withdrawal_cannot_be_written(
        string number, string table, string isAllowed)
    {
        var (supplier, body, once) = await ReadyAsync();
        await Api.Database.RunAsOwnerAsync($"alter table {table} add constraint fault check ({isAllowed}) not valid");
        var refused = await once.MayFail().Post(Withdrawals.Path, body);
        Assert.True(refused.Status == 500, $"{number}: {refused}");
        await NothingHappenedAsync(supplier);

        await Api.Database.RunAsOwnerAsync($"alter table {table} drop constraint fault");
        await SucceedsAsync(once, body);
    }

    [Fact]
    public async Task FI_006_the_export_is_down_and_the_withdrawal_stands()
    {
        var (supplier, body, once) = await ReadyAsync();
        var settlement = (await SucceedsAsync(once, body)).Number("data.settlement_id");
        var links = (await supplier.Get($"/api/v1/supply/settlements/{settlement}/statement")).Expect(200);
        var file = new Uri(links.Text("data.download_url")).PathAndQuery;
        line.Refuse();
        await Eventually.Async(() => supplier.Get(file), static one => one.Status == 503, "the export is down");
        Assert.Equal(503, (await supplier.Get($"/api/v1/supply/settlements/{settlement}/statement")).Status);

        line.Resume();
        await Eventually.Async(() => supplier.Get(file), static one => one.Status == 200, "the export is back");
        var shown = await supplier.Get($"/api/v1/supply/settlements/{settlement}");
        Assert.Equal(("pending", 40), (shown.Text("data.status"), shown.Amount("data.total_amount")));
    }

    [Theory]
    [InlineData("key")]
    [InlineData("api_key")]
    [InlineData("access_token")]
    [InlineData("Token")]
    public async Task FI_007_a_key_in_the_query(string name)
    {
        var (supplier, body, once) = await ReadyAsync();
        var refused = await once.Post($"{Withdrawals.Path}?{name}={supplier.Token}", body);

        Assert.Equal((401, "QUERY_KEY_FORBIDDEN"), (refused.Status, refused.Text("error.code")));
        await NothingHappenedAsync(supplier);
    }

    // The harness looks for the credential in every byte that comes back; here the provider does its best to leak it.
    [Fact]
    public async Task FI_008_an_answer_that_would_carry_the_credential()
    {
        var sale = await Sale.MakeAsync(Actors);
        var refused = await sale.BuyAsync("!leak");
        var verified = await sale.Supplier.Quietly().Post("/api/v1/supply/accounts/verify", $$"""
            {
              "provider": "openai",
              "account_type": "api_key",
              "credential_input": "{{Supplier.CredentialOf("openai", "invalid")}}"
            }
            """);

        Assert.Equal((400, "The provider refused the request."), (refused.Status, refused.Text("error.message")));
        Assert.Equal((200, "reject"), (verified.Status, verified.Text("data.verify_status")));
    }

    protected override async Task<SupplyApiProcess> StartAsync()
    {
        var database = await TestDatabase.MigratedAsync();
        line = new ChaosProxy(database.Port);
        var connection = database.ConnectionStringThrough(line.Port) + ";Options=-c statement_timeout=1000";
        return await SupplyApiProcess.StartAsync(new() { ["ConnectionStrings__Supply"] = connection }, database);
    }

    private async Task<(Supplier Supplier, string Body, Client Once)> ReadyAsync()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var body = Withdrawals.Body(40, await supplier.AskForCodeAsync());
        return (supplier, body, supplier.With("Idempotency-Key", Actors.Unique("key")));
    }

    /// <summary>No settlement, no movement of money, no word of it in the trail or the outbox.</summary>
    private async Task NothingHappenedAsync(Supplier supplier)
    {
        var balance = (await supplier.Get(Balance)).Expect(200);
        Assert.Equal((100, 0), (balance.Amount("data.available"), balance.Amount("data.withdrawing")));
        Assert.Equal(0, (await supplier.Get("/api/v1/supply/settlements")).Number("pagination.total"));
        await MoneyProof.HoldsAsync(Api);
    }

    /// <summary>The same key and the same code again: a failed attempt costs nothing.</summary>
    private static async Task<Answer> SucceedsAsync(Client once, string body)
    {
        var answer = (await once.Post(Withdrawals.Path, body)).Expect(201);
        Assert.Null(answer.Header("Idempotent-Replay"));
        return answer;
    }
}

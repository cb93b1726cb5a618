namespace SupplyApi.Tests.Admin;

public sealed class FreezeSupplyEarningTests : ApiTest
{
    private const string Reason = """{ "reason": "Somebody complained" }""";

    [Fact]
    public async Task Freezes_what_was_available_and_the_supplier_sees_it()
    {
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(3);
        var record = await supplier.GrantAsync(10.5m);
        await admin.Post($"/api/earnings/{record}/freeze", Reason);
        await admin.Post($"/api/earnings/{record}/freeze", Reason);
        await supplier.Get("/api/v1/supply/balance");
        await supplier.Get("/api/v1/supply/earnings/records");

        Transcript.Matches();
        var deed = (await Trail.AuditAsync(Api.Database, "supply_earnings", record))[^1];
        Assert.Equal(("supply.earnings.freeze", admin.Id), (deed.Action, deed.OperatorId));
        Assert.Equal("""{"status": "available"}""", deed.Before);
        Assert.Equal("""{"reason": "Somebody complained", "status": "frozen"}""", deed.After);
        var (name, payload) = (await Trail.OutboxAsync(Api.Database, "record_id", record))[^1];
        Assert.Equal(("supply.earnings.freeze.success", "frozen"), (name, payload["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Freezes_what_still_waits()
    {
        var admin = await Actors.AdminAsync();
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await sale.ChargedAsync(1);
        var records = (await sale.Supplier.Get("/api/v1/supply/earnings/records")).Expect(200);
        await admin.Post($"/api/earnings/{records.Number("data.0.record_id")}/freeze", Reason);
        await sale.Supplier.Get("/api/v1/supply/balance");

        Transcript.Matches();
    }

    [Fact]
    public async Task One_of_many_at_once_freezes()
    {
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        var record = await supplier.GrantAsync(1);
        await supplier.GrantAsync(100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            admin.Quietly().Post($"/api/earnings/{record}/freeze", Reason)));

        Assert.Single(answers, static one => one.Status == 200);
        Assert.Equal(9, answers.Count(static one => one.Status == 409));
        var balance = (await supplier.Get("/api/v1/supply/balance")).Expect(200);
        Assert.Equal((100, 1), (balance.Amount("data.available"), balance.Amount("data.frozen")));
    }

    [Fact]
    public async Task Refuses_what_is_no_longer_there()
    {
        var admin = await Actors.AdminAsync();
        var refunded = await Actors.SupplierAsync();
        var bonus = await refunded.GrantAsync(10);
        var refund = (await admin.Quietly().Post($"/api/users/{refunded.Id}/earnings", """
            { "earnings_type": "refund", "amount": "4", "description": "Paid twice" }
            """)).Expect(201).Number("record_id");
        Transcript.Redactions.RegisterId("record", refund);
        var withdrawing = await Actors.SupplierAsync();
        var withdrawn = await withdrawing.GrantAsync(10);
        await withdrawing.WithdrawAsync(4);
        await admin.Post($"/api/earnings/{bonus}/freeze", Reason);
        await admin.Post($"/api/earnings/{refund}/freeze", Reason);
        await admin.Post($"/api/earnings/{withdrawn}/freeze", Reason);
        await refunded.Get("/api/v1/supply/balance");
        await withdrawing.Get("/api/v1/supply/balance");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_to_do_it_without_a_reason()
    {
        var admin = await Actors.AdminAsync();
        var record = await (await Actors.SupplierAsync()).GrantAsync(1);
        await admin.Post($"/api/earnings/{record}/freeze", "{}");
        await admin.Post($"/api/earnings/{record}/freeze", """{ "reason": "  " }""");

        Transcript.Matches();
        var tooLong = $$"""{ "reason": "{{new string('x', 501)}}" }""";
        Assert.Equal(400, (await admin.Quietly().Post($"/api/earnings/{record}/freeze", tooLong)).Status);
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/earnings/0/freeze", Reason);
        await admin.Post("/api/earnings/9223372036854775807/freeze", Reason);

        Transcript.Matches();
    }
}

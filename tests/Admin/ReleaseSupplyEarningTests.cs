namespace SupplyApi.Tests.Admin;

public sealed class ReleaseSupplyEarningTests : ApiTest
{
    [Fact]
    public async Task Gives_a_bonus_back_at_once()
    {
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        var record = await supplier.GrantAsync(10.5m);
        await FreezeAsync(record);
        await admin.Post($"/api/earnings/{record}/release");
        await admin.Post($"/api/earnings/{record}/release");
        await supplier.Get("/api/v1/supply/balance");

        Transcript.Matches();
        await supplier.WithdrawAsync(10.5m);
        var deed = (await Trail.AuditAsync(Api.Database, "supply_earnings", record))[^1];
        Assert.Equal(("supply.earnings.release", admin.Id), (deed.Action, deed.OperatorId));
        Assert.Equal(("""{"status": "frozen"}""", """{"status": "available"}"""), (deed.Before, deed.After));
        var (name, payload) = (await Trail.OutboxAsync(Api.Database, "record_id", record))[^1];
        Assert.Equal(("supply.earnings.release.success", "available"), (name, payload["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task What_a_call_earned_waits_again_until_its_hold_is_over()
    {
        var admin = await Actors.AdminAsync();
        var sale = await Sale.MakeAsync(Actors);
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        await sale.ChargedAsync(1);
        var records = (await sale.Supplier.Quietly().Get("/api/v1/supply/earnings/records")).Expect(200);
        var record = records.Number("data.0.record_id");
        Transcript.Redactions.RegisterId("record", record);
        await FreezeAsync(record);
        await admin.Post($"/api/earnings/{record}/release");
        await sale.Supplier.Get("/api/v1/supply/balance");

        Transcript.Matches();
    }

    [Fact]
    public async Task One_of_many_at_once_releases()
    {
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        var record = await supplier.GrantAsync(1);
        await FreezeAsync(record);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            admin.Quietly().Post($"/api/earnings/{record}/release")));

        Assert.Single(answers, static one => one.Status == 200);
        Assert.Equal(9, answers.Count(static one => one.Status == 409));
        var balance = (await supplier.Get("/api/v1/supply/balance")).Expect(200);
        Assert.Equal((1, 0), (balance.Amount("data.available"), balance.Amount("data.frozen")));
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/earnings/0/release");
        await admin.Post("/api/earnings/9223372036854775807/release");

        Transcript.Matches();
    }

    private async Task FreezeAsync(long record)
    {
        var founder = await Api.FounderAsync();
        (await founder.Quietly().Post($"/api/earnings/{record}/freeze", """{ "reason": "Unclear" }""")).Expect(200);
    }
}

namespace SupplyApi.Tests.Admin;

public sealed class CompleteSettlementTests : ApiTest
{
    private const string Paid = """{ "payment_reference": "PAY-2026-0001" }""";

    [Fact]
    public async Task Lets_the_money_go_once()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10.01m);
        var admin = await Actors.AdminAsync();
        await admin.Post($"/api/settlements/{settlement}/complete", Paid);
        await Api.DecideAsync(settlement, "process");
        await admin.Post($"/api/settlements/{settlement}/complete", Paid);
        await admin.Post($"/api/settlements/{settlement}/complete", Paid);
        await supplier.Get("/api/v1/supply/balance");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong_and_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        const string Nowhere = "/api/settlements/9000000000/complete";
        await admin.Post(Nowhere, """{ "payment_reference": " " }""");
        await admin.Post(Nowhere, $$"""{ "payment_reference": "{{new string('x', 101)}}" }""");
        await admin.Post(Nowhere, "{}");
        await admin.Post(Nowhere, Paid);

        Transcript.Matches();
    }
}

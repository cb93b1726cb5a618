namespace SupplyApi.Tests.Admin;

public sealed class FailSettlementTests : ApiTest
{
    [Fact]
    public async Task Gives_everything_back_and_says_why()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        var admin = await Actors.AdminAsync();
        await Api.DecideAsync(settlement, "process");
        await admin.Post($"/api/settlements/{settlement}/fail", """{ "reason": "The bank returned it." }""");
        await admin.Post($"/api/settlements/{settlement}/fail", """{ "reason": "The bank returned it." }""");
        await supplier.Get($"/api/v1/supply/settlements/{settlement}");
        await supplier.Get("/api/v1/supply/balance");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong_and_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/settlements/9000000000/fail", """{ "reason": "" }""");
        await admin.Post("/api/settlements/9000000000/fail", $$"""{ "reason": "{{new string('x', 501)}}" }""");
        await admin.Post("/api/settlements/9000000000/fail", """{ "reason": "Nobody there." }""");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Admin;

public sealed class AdjustSupplyEarningsTests : ApiTest
{
    [Fact]
    public async Task Gives_a_bonus_that_is_available_at_once()
    {
        var (admin, supplier) = await PeopleAsync();
        await admin.Post($"/api/users/{supplier.Id}/earnings", """
            { "earnings_type": "bonus", "amount": "12.500000001", "description": "Well done" }
            """);
        await admin.Post($"/api/users/{supplier.Id}/earnings", """
            { "earnings_type": "bonus", "amount": 7, "description": "Again" }
            """);
        await supplier.Get("/api/v1/supply/balance");
        await supplier.Get("/api/v1/supply/earnings/records");
        await supplier.Get("/api/v1/supply/billing");

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_a_refund_but_no_more_than_is_available()
    {
        var (admin, supplier) = await PeopleAsync();
        await supplier.GrantAsync(10);
        await admin.Post($"/api/users/{supplier.Id}/earnings", """
            { "earnings_type": "refund", "amount": "4.5", "description": "Paid twice" }
            """);
        await admin.Post($"/api/users/{supplier.Id}/earnings", """
            { "earnings_type": "refund", "amount": "5.500000001", "description": "Too much" }
            """);
        await supplier.Get("/api/v1/supply/balance");
        await supplier.Get("/api/v1/supply/earnings/records");
        await supplier.Get("/api/v1/supply/billing");

        Transcript.Matches();
    }

    [Fact]
    public async Task Many_refunds_at_once_take_no_more_than_there_is()
    {
        var (admin, supplier) = await PeopleAsync();
        await supplier.GrantAsync(10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            admin.Quietly().Post($"/api/users/{supplier.Id}/earnings", """
                { "earnings_type": "refund", "amount": 3, "description": "Once of ten" }
                """)));

        Assert.Equal(3, answers.Count(static one => one.Status == 201));
        Assert.Equal(7, answers.Count(static one => one.Status == 409));
        var balance = (await supplier.Get("/api/v1/supply/balance")).Expect(200);
        var records = (await supplier.Get("/api/v1/supply/earnings/records")).Expect(200);
        var bill = (await supplier.Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(1, balance.Amount("data.available"));
        Assert.Equal(4, records.Number("pagination.total"));
        Assert.Equal(1, bill.Amount("data.summary.net_earnings"));
    }

    [Theory]
    [InlineData("bonus", "3")]
    [InlineData("refund", "-3")]
    public async Task Leaves_a_trail_with_the_supplier(string type, string amount)
    {
        var (admin, supplier) = await PeopleAsync();
        await supplier.GrantAsync(10);
        var record = (await admin.Post($"/api/users/{supplier.Id}/earnings", $$"""
            { "earnings_type": "{{type}}", "amount": "3", "description": "Traced" }
            """)).Expect(201).Number("record_id");

        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "supply_earnings", record));
        Assert.Equal(($"supply.earnings.{type}", admin.Id, null), (deed.Action, deed.OperatorId, deed.Before));
        Assert.Equal($$"""{"amount": {{amount}}, "status": "available", "description": "Traced"}""", deed.After);
        var told = Assert.Single(await Trail.OutboxAsync(Api.Database, "record_id", record));
        Assert.Equal(($"supply.earnings.{type}.success", amount), (told.Name, told.Payload["amount"]!.ToString()));
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var (admin, supplier) = await PeopleAsync();
        var path = $"/api/users/{supplier.Id}/earnings";
        await admin.Post(path, """{ "earnings_type": "usage", "amount": "1", "description": "x" }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": "0", "description": "x" }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": "-1", "description": "x" }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": "0.0000000001", "description": "x" }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": 1000000000.1, "description": "x" }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": "much", "description": "x" }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": "1", "description": " " }""");
        await admin.Post(path, """{ "earnings_type": "bonus", "amount": "1" }""");

        Transcript.Matches();
        var tooLong = $$"""{ "earnings_type": "bonus", "amount": "1", "description": "{{new string('x', 501)}}" }""";
        Assert.Equal(400, (await admin.Quietly().Post(path, tooLong)).Status);
        Assert.Equal(0, (await supplier.Get("/api/v1/supply/balance")).Amount("data.available"));
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/users/0/earnings", """
            { "earnings_type": "bonus", "amount": "1", "description": "To nobody" }
            """);

        Transcript.Matches();
    }

    private async Task<(Actor Admin, Supplier Supplier)> PeopleAsync() =>
        (await Actors.AdminAsync(), await Actors.SupplierAsync());
}

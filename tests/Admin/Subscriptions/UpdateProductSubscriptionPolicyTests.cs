namespace SupplyApi.Tests.Admin.Subscriptions;

public sealed class UpdateProductSubscriptionPolicyTests : ApiTest
{
    [Fact]
    public async Task Sets_it_and_takes_it_back()
    {
        var offering = await Offering.MakeAsync(Actors);
        var admin = await Actors.AdminAsync();
        foreach (var policy in (string[])["false", "true", "null"])
            await admin.Put(PathOf(offering.Number), $$"""{ "auto_approve": {{policy}} }""");

        Transcript.Matches();
        var deeds = await Trail.AuditAsync(Api.Database, "product", offering.Number);
        Assert.Equal(
            ["""{"auto_approve": false}""", """{"auto_approve": true}""", """{"auto_approve": null}"""],
            deeds.Select(static one => one.After));
        Assert.Equal(
            ["""{"auto_approve": null}""", """{"auto_approve": false}""", """{"auto_approve": true}"""],
            deeds.Select(static one => one.Before));
        Assert.All(deeds, one => Assert.Equal(("admin.product.policy.update", admin.Id), (one.Action, one.OperatorId)));
    }

    [Fact]
    public async Task Refuses_what_is_wrong_and_what_is_not_there()
    {
        var offering = await Offering.MakeAsync(Actors);
        var admin = await Actors.AdminAsync();
        foreach (var body in (string[])
            ["{}", """{ "auto_approve": "false" }""", """{ "auto_approve": 1 }""", """{ "auto_approve": [] }"""])
            Assert.Equal(400, (await admin.Put(PathOf(offering.Number), body)).Status);
        await admin.Put(PathOf(9_000_000_000), """{ "auto_approve": false }""");

        Transcript.Matches();
    }

    private static string PathOf(long product) => $"/api/products/{product}/subscription-policy";
}

namespace SupplyApi.Tests.Admin.Subscriptions;

/// <summary>There is one switch for the whole process.</summary>
public sealed class UpdateSubscriptionPolicyTests : OwnProcessTest
{
    private const string Path = "/api/subscription-policy";

    [Fact]
    public async Task Turns_it_off_and_on()
    {
        var admin = await Actors.AdminAsync();
        await admin.Put(Path, """{ "auto_approve": false }""");
        await admin.Put(Path, """{ "auto_approve": true }""");

        Transcript.Matches();
        var deeds = await Trail.AuditAsync(Api.Database, "subscription_policy", "subscriptions_auto_approve");
        Assert.Equal(
            [("""{"auto_approve": true}""", """{"auto_approve": false}"""),
                ("""{"auto_approve": false}""", """{"auto_approve": true}""")],
            deeds.Select(static one => (one.Before, one.After)));
        Assert.All(
            deeds, one => Assert.Equal(("admin.subscription_policy.update", admin.Id), (one.Action, one.OperatorId)));
    }

    [Fact]
    public async Task Refuses_what_is_no_policy()
    {
        var admin = await Actors.AdminAsync();
        foreach (var body in (string[])
            [
                "{}", """{ "auto_approve": null }""", """{ "auto_approve": "false" }""", """{ "auto_approve": 0 }""",
                """{ "auto_approve": false, "products": [] }""",
            ])
        {
            Assert.Equal(400, (await admin.Put(Path, body)).Status);
        }

        await admin.Get(Path);

        Transcript.Matches();
    }
}

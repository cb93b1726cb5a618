namespace SupplyApi.Tests.Admin;

/// <summary>There is one rule for all calls of a process.</summary>
public sealed class UpdateRoutingTests : OwnProcessTest
{
    private const string Path = "/api/routing";

    [Fact]
    public async Task Takes_each_rule()
    {
        var admin = await Actors.AdminAsync();
        foreach (var rule in (string[])["priority", "weighted", "round_robin", "least_latency", "cheapest"])
            await admin.Put(Path, $$"""{ "rule": "{{rule}}" }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_no_rule()
    {
        var admin = await Actors.AdminAsync();
        foreach (var body in (string[])
            [
                """{ "rule": "dearest" }""", """{ "rule": "Cheapest" }""", """{ "rule": "" }""", """{ "rule": 0 }""",
                """{ "rule": null }""", "{}", """{ "rule": "cheapest", "weights": {} }""",
            ])
        {
            Assert.Equal(400, (await admin.Put(Path, body)).Status);
        }

        await (await Actors.UserAsync()).Put(Path, """{ "rule": "cheapest" }""");
        await admin.Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record()
    {
        var admin = await Actors.AdminAsync();
        (await admin.Put(Path, """{ "rule": "weighted" }""")).Expect(200);
        (await admin.Put(Path, """{ "rule": "priority" }""")).Expect(200);
        var deeds = await Trail.AuditAsync(Api.Database, "routing", "routing_rule");

        Assert.Equal(
            [("""{"rule": "cheapest"}""", """{"rule": "weighted"}"""),
                ("""{"rule": "weighted"}""", """{"rule": "priority"}""")],
            deeds.Select(static one => (one.Before, one.After)));
        Assert.All(deeds, one => Assert.Equal(("admin.routing.update", admin.Id), (one.Action, one.OperatorId)));
    }
}

namespace SupplyApi.Tests.Admin;

/// <summary>There is one rule for all calls of a process.</summary>
public sealed class GetRoutingTests : OwnProcessTest
{
    private const string Path = "/api/routing";

    [Fact]
    public async Task Tells_administrators_the_rule()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get(Path);
        (await admin.Quietly().Put(Path, """{ "rule": "least_latency" }""")).Expect(200);
        await admin.Get(Path);
        await (await Actors.UserAsync()).Get(Path);

        Transcript.Matches();
    }
}

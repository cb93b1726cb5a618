namespace SupplyApi.Tests.Admin;

public sealed class GetRoutingTests : ApiTest
{
    private const string Path = "/api/routing";

    public override async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await base.DisposeAsync();
    }

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

    // There is one rule for all calls of a process.
    protected override Task<SupplyApiProcess> StartAsync() => SupplyApiProcess.StartAsync();
}

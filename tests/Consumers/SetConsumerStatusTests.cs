namespace SupplyApi.Tests.Consumers;

public sealed class SetConsumerStatusTests : ApiTest
{
    [Fact]
    public async Task Disables_and_enables_and_says_so_once()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var path = $"{app.ConsumerPath}/status";
        await app.Owner.Put(path, """{ "status": "INACTIVE" }""");
        await app.Owner.Put(path, """{ "status": "INACTIVE" }""");
        await app.Owner.Get(app.Path);
        await app.Owner.Put(path, """{ "status": "ACTIVE" }""");

        Transcript.Matches();
        var deeds = await Trail.AuditAsync(Api.Database, "consumer", app.ConsumerId["con_".Length..]);
        Assert.Equal(["consumer.create", "consumer.status", "consumer.status"], deeds.Select(static one => one.Action));
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var user = await Actors.UserAsync();
        var path = $"/api/v1/consumers/{await user.CreateConsumerAsync()}/status";
        await user.Put(path, "{}");
        await user.Put(path, """{ "status": "DISABLED" }""");
        await user.Put(path, """{ "status": "ACTIVE", "reason": "none" }""");
        await (await Actors.UserAsync()).Put(path, """{ "status": "INACTIVE" }""");

        Transcript.Matches();
    }
}

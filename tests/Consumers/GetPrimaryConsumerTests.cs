namespace SupplyApi.Tests.Consumers;

public sealed class GetPrimaryConsumerTests : ApiTest
{
    private const string Path = "/api/v1/consumers/primary";

    [Fact]
    public async Task Makes_it_the_oldest_where_there_is_none()
    {
        var user = await Actors.UserAsync();
        await user.Get(Path);
        var first = await user.CreateConsumerAsync();
        await user.CreateConsumerAsync();
        await user.Get(Path);
        (await user.Quietly().Delete($"/api/v1/consumers/{first}")).Expect(204);
        await user.Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Keeps_the_one_that_was_chosen()
    {
        var user = await Actors.UserAsync();
        await user.CreateConsumerAsync();
        var second = await user.CreateConsumerAsync();
        (await user.Put($"/api/v1/consumers/{second}/primary")).Expect(200);

        Assert.Equal(second, (await user.Get(Path)).Text("id"));
    }

    [Fact]
    public async Task Is_the_same_for_all_who_ask_at_once()
    {
        var user = await Actors.UserAsync();
        var first = await user.CreateConsumerAsync();
        await user.CreateConsumerAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.Quietly().Get(Path)));

        Assert.All(answers, one => Assert.Equal(first, one.Expect(200).Text("id")));
        var deeds = await Trail.AuditAsync(Api.Database, "consumer", first["con_".Length..]);
        Assert.Single(deeds, static one => one.Action == "consumer.primary");
    }
}

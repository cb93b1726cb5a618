namespace SupplyApi.Tests.Consumers;

public sealed class SetPrimaryConsumerTests : ApiTest
{
    [Fact]
    public async Task Takes_the_place_of_the_one_before()
    {
        var user = await Actors.UserAsync();
        var (first, second) = (await user.CreateConsumerAsync(), await user.CreateConsumerAsync());
        await user.Put($"/api/v1/consumers/{first}/primary");
        await user.Put($"/api/v1/consumers/{second}/primary");
        await user.Put($"/api/v1/consumers/{second}/primary");
        await user.Get("/api/v1/consumers");

        Transcript.Matches();
        Assert.Equal(2, (await Trail.AuditAsync(Api.Database, "consumer", second["con_".Length..])).Count);
    }

    [Fact]
    public async Task What_is_not_mine_changes_nothing()
    {
        var (user, other) = (await Actors.UserAsync(), await Actors.UserAsync());
        var (mine, foreign) = (await user.CreateConsumerAsync(), await other.CreateConsumerAsync());
        (await user.Put($"/api/v1/consumers/{mine}/primary")).Expect(200);
        (await user.Put($"/api/v1/consumers/{foreign}/primary")).Expect(404);
        (await user.Put("/api/v1/consumers/con_9000000000/primary")).Expect(404);

        Assert.True((await user.Get($"/api/v1/consumers/{mine}")).At("primary")!.GetValue<bool>());
        Assert.False((await other.Get($"/api/v1/consumers/{foreign}")).At("primary")!.GetValue<bool>());
    }

    [Fact]
    public async Task There_is_one_however_many_are_chosen_at_once()
    {
        var user = await Actors.UserAsync();
        var consumers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.CreateConsumerAsync()));
        var answers = await Task.WhenAll(consumers.Select(one =>
            user.Quietly().Put($"/api/v1/consumers/{one}/primary")));

        Assert.All(answers, static one => Assert.Equal(200, one.Status));
        var list = (await user.Get("/api/v1/consumers")).Json!["content"]!.AsArray();
        Assert.Single(list, static one => one!["primary"]!.GetValue<bool>());
    }
}

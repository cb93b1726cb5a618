namespace SupplyApi.Tests.Consumers;

public sealed class GetConsumerTests : ApiTest
{
    [Fact]
    public async Task Shows_one_of_mine()
    {
        var user = await Actors.UserAsync();
        var consumer = await user.CreateConsumerAsync();
        await user.Get($"/api/v1/consumers/{consumer}");
        await (await Actors.UserAsync()).Get($"/api/v1/consumers/{consumer}");

        Transcript.Matches();
    }

    [Theory]
    [InlineData("con_9000000000")]
    [InlineData("con_")]
    [InlineData("con_0")]
    [InlineData("con_-1")]
    [InlineData("con_1.0")]
    [InlineData("con_99999999999999999999")]
    [InlineData("CON_1")]
    [InlineData("cred_1")]
    [InlineData("1")]
    public async Task Does_not_find_what_is_not_there(string id)
    {
        var answer = await (await Actors.UserAsync()).Get($"/api/v1/consumers/{id}");
        Assert.Equal((404, "NOT_FOUND"), (answer.Status, answer.Text("code")));
    }

    [Fact]
    public async Task Knows_an_id_by_one_spelling()
    {
        var user = await Actors.UserAsync();
        var consumer = await user.CreateConsumerAsync();
        foreach (var spelling in (string[])["con_0", "con_%2B", "con_%20", "Con_"])
        {
            var answer = await user.Get($"/api/v1/consumers/{spelling}{consumer["con_".Length..]}");
            Assert.Equal(404, answer.Status);
        }
    }
}

namespace SupplyApi.Tests.Consumers;

public sealed class ListConsumersTests : ApiTest
{
    private const string Path = "/api/v1/consumers";

    [Fact]
    public async Task Lists_mine_newest_first_page_by_page()
    {
        var user = await Actors.UserAsync();
        foreach (var number in (int[])[1, 2, 3]) await MakeAsync(user, $"App {number}");
        await (await Actors.UserAsync()).CreateConsumerAsync();
        await user.Get($"{Path}?size=2");
        await user.Get($"{Path}?page=2&size=2");
        await user.Get($"{Path}?page=1000000000&size=100");

        Transcript.Matches();
    }

    [Fact]
    public async Task Has_nothing_at_first()
    {
        await (await Actors.UserAsync()).Get(Path);
        Transcript.Matches();
    }

    [Theory]
    [InlineData("name=CHAT", "Chat on the website, chatter")]
    [InlineData("name=the%20web", "Chat on the website")]
    [InlineData("name=müller", "MÜLLER")]
    [InlineData("name=ПРИ", "привет")]
    [InlineData("name=%25", "100%")]
    [InlineData("name=_", "")]
    [InlineData("authType=HMAC", "chatter")]
    [InlineData("status=INACTIVE", "100%")]
    [InlineData("status=ACTIVE&authType=API_KEY&name=chat", "Chat on the website")]
    [InlineData("unknown=1&size=1", "100%")]
    public async Task Finds_what_is_asked_for(string query, string names)
    {
        var user = await Actors.UserAsync();
        foreach (var name in (string[])["Chat on the website", "MÜLLER", "привет"]) await MakeAsync(user, name);
        await MakeAsync(user, "chatter", """{ "authType": "HMAC" }""");
        var last = await MakeAsync(user, "100%");
        (await user.Quietly().Put($"{Path}/{last}/status", """{ "status": "INACTIVE" }""")).Expect(200);

        var found = (await user.Get($"{Path}?{query}")).Expect(200).Json!["content"]!.AsArray()
            .Select(static one => one!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal);
        Assert.Equal(names, string.Join(", ", found));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("page=99999999999", "page")]
    [InlineData("size=101", "size")]
    [InlineData("size=", "size")]
    [InlineData("status=active", "status")]
    [InlineData("authType=", "authType")]
    [InlineData("name=", "name")]
    [InlineData("name=a%00b", "name")]
    [InlineData("name=012345678901234567890123456789012345678901234567890", "name")]
    public async Task Refuses_what_cannot_be(string query, string field)
    {
        var answer = await (await Actors.UserAsync()).Get($"{Path}?{query}");
        Assert.Equal((400, "INVALID_REQUEST"), (answer.Status, answer.Text("code")));
        Assert.StartsWith($"{field} must", answer.Text("message"), StringComparison.Ordinal);
    }

    private static Task<string> MakeAsync(Actor user, string name, string more = "{}") =>
        user.CreateConsumerAsync($$"""{ "name": "{{name}}" }""".But(more));
}

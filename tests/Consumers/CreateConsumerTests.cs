namespace SupplyApi.Tests.Consumers;

public sealed class CreateConsumerTests : ApiTest
{
    private const string Path = "/api/v1/consumers";
    private const string Good = """{ "name": "Chat" }""";

    [Fact]
    public async Task Creates_a_consumer()
    {
        var user = await Actors.UserAsync();
        await user.Post(Path, Good);
        await user.Post(Path, """
            {
              "name": "  客服 🌍  ",
              "description": "Answers questions.\nIn two lines.",
              "authType": "HMAC",
              "authConfig": {
                "apiKey": { "headerName": "X-API-Key", "prefix": "Bearer" },
                "hmac": { "headerName": "Authorization", "algorithm": "HMAC_SHA_256", "timestampTolerance": 60 }
              }
            }
            """);
        await user.Post(Path, """
            {
              "name": "c",
              "description": null,
              "authConfig": { "apiKey": { "headerName": "authorization" }, "hmac": {} }
            }
            """);
        await user.Post(Path, $$"""
            {
              "name": "Tokens",
              "authType": "JWT",
              "authConfig": { "jwt": { "issuer": "https://id.example.com", "jwks": {{Jwks.All}} } }
            }
            """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var user = await Actors.UserAsync();
        await user.Post(Path, "{}");
        await user.Post(Path, """{ "name": null }""");
        await user.Post(Path, """{ "name": " " }""");
        await user.Post(Path, $$"""{ "name": "{{new string('n', 51)}}" }""");
        await user.Post(Path, """{ "name": "a\u0000b" }""");
        await user.Post(Path, """{ "name": "a\nb" }""");
        await user.Post(Path, Good.But($$"""{ "description": "{{new string('d', 257)}}" }"""));
        await user.Post(Path, Good.But("""{ "description": "a\u0000b" }"""));
        await user.Post(Path, Good.But("""{ "authType": "api_key" }"""));
        await user.Post(Path, Good.But("""{ "authType": null }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "oauth": {} } }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "apiKey": { "prefix": "Key" } } }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "apiKey": { "headerName": "Host" } } }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "hmac": { "headerName": "X Signature" } } }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "hmac": { "algorithm": "HMAC_SHA_1" } } }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "hmac": { "timestampTolerance": 3601 } } }"""));
        await user.Post(Path, Good.But("""{ "authConfig": { "jwt": { "issuer": "https://id.example.com" } } }"""));
        await user.Post(Path, Good.But("""{ "status": "INACTIVE" }"""));

        Transcript.Matches();
    }

    // A letter outside the first plane takes two units of ours, and is one letter.
    [Fact]
    public async Task Counts_letters_as_people_do()
    {
        var user = await Actors.UserAsync();
        foreach (var (letters, status) in ((int, int)[])[(50, 201), (51, 400)])
        {
            var body = $$"""{ "name": "{{string.Concat(Enumerable.Repeat("🌍", letters))}}" }""";
            Assert.Equal(status, (await user.Post(Path, body)).Status);
        }

        foreach (var (letters, status) in ((int, int)[])[(256, 201), (257, 400)])
        {
            var text = string.Concat(Enumerable.Repeat("🌍", letters));
            Assert.Equal(status, (await user.Post(Path, Good.But($$"""{ "description": "{{text}}" }"""))).Status);
        }
    }

    [Fact]
    public async Task A_user_has_at_most_two_hundred_also_when_all_are_asked_for_at_once()
    {
        var user = await Actors.UserAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 210)
            .Select(one => user.Quietly().Post(Path, $$"""{ "name": "App {{one}}" }""")));
        Assert.Equal(200, answers.Count(static one => one.Status == 201));
        await user.Post(Path, Good);
        await (await Actors.UserAsync()).Post(Path, Good);
        var gone = answers.First(static one => one.Status == 201).Text("id");
        (await user.Quietly().Delete($"{Path}/{gone}")).Expect(204);
        (await user.Quietly().Post(Path, Good)).Expect(201);

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_a_name_once_per_user()
    {
        var (user, other) = (await Actors.UserAsync(), await Actors.UserAsync());
        await user.Post(Path, Good);
        await user.Post(Path, """{ "name": " Chat " }""");
        await user.Post(Path, """{ "name": "chat" }""");
        await other.Post(Path, Good);

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_a_name_once_however_many_ask_at_once()
    {
        var user = (await Actors.UserAsync()).Quietly();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.Post(Path, Good)));

        Assert.Single(answers, static one => one.Status == 201);
        Assert.Equal(19, answers.Count(static one => one.Status == 409));
    }

    [Fact]
    public async Task Is_on_record()
    {
        var user = await Actors.UserAsync();
        var made = (await user.Post(Path, Good)).Expect(201).Text("id");
        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "consumer", long.Parse(made["con_".Length..])));

        Assert.Equal(("consumer.create", user.Id, null), (deed.Action, deed.OperatorId, deed.Before));
        Assert.Contains("\"name\": \"Chat\"", deed.After, StringComparison.Ordinal);
    }
}

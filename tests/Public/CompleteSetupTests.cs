namespace SupplyApi.Tests.Public;

public sealed class CompleteSetupTests : ApiTest
{
    private const string Path = "/api/setup";

    private const string Founder = """
        {
          "site_name": " My site ",
          "username": "founder",
          "email": "Founder@Example.com",
          "password": "correct horse battery staple"
        }
        """;

    [Fact]
    public async Task Opens_the_service_once()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var anybody = new Actors(api, Transcript).Stranger();

        await anybody.Get("/api/setup/status");
        await anybody.Post("/auth/password/register", """
            { "username": "early", "email": "early@example.com", "password": "correct horse battery staple" }
            """);
        await anybody.Post("/auth/password/login", """{ "identifier": "founder", "password": "any password" }""");

        var founder = (await anybody.Post(Path, Founder)).Expect(200);
        await anybody.WithCredential(founder.Text("token")).Get("/api/user/me");
        await anybody.Get("/api/setup/status");
        await anybody.Post(Path, Founder);

        Transcript.Matches();
    }

    [Fact]
    public async Task Has_one_winner_among_many()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var actors = new Actors(api, null);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => actors.Stranger().Post(Path, $$"""
            {
              "site_name": "Site {{number}}",
              "username": "founder{{number}}",
              "email": "founder{{number}}@example.com",
              "password": "correct horse battery staple"
            }
            """)));

        var winner = Assert.Single(answers, static one => one.Status == 200);
        Assert.All(
            answers.Except([winner]), static one => Assert.Equal("setup_complete", one.Expect(409).Text("code")));
        foreach (var number in Enumerable.Range(0, 8))
        {
            var login = await actors.Stranger().Post("/auth/password/login", $$"""
                { "identifier": "founder{{number}}", "password": "correct horse battery staple" }
                """);
            Assert.Equal(winner == answers[number] ? 200 : 400, login.Status);
        }
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var actors = new Actors(api, Transcript);
        foreach (var (member, value) in ((string, string)[])
            [
                ("site_name", "\" \""), ("site_name", $"\"{new string('x', 81)}\""), ("username", "\"\""),
                ("username", "\"ab\""), ("email", "\"nobody\""), ("password", "\"1234567\""), ("password", "null"),
                ("is_admin", "true"),
            ])
        {
            Assert.Equal(400, (await actors.Stranger().Post(Path, Setup(member, value))).Status);
        }

        Assert.Equal(400, (await actors.Stranger().Post(Path, "{}")).Status);
        (await actors.Stranger().Quietly().Post(Path, Setup("site_name", "\"Good\""))).Expect(200);

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_throttled_by_address()
    {
        await Api.FounderAsync();
        var anybody = Actors.Stranger();
        for (var attempt = 0; attempt < 5; attempt++) (await anybody.Quietly().Post(Path, Founder)).Expect(409);
        Assert.Equal(429, (await anybody.Post(Path, Founder)).Status);
        Assert.Equal(409, (await Actors.Stranger().Post(Path, Founder)).Status);

        Transcript.Matches();
    }

    private static string Setup(string member, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["site_name"] = "\"My site\"",
            ["username"] = "\"founder\"",
            ["email"] = "\"founder@example.com\"",
            ["password"] = "\"correct horse battery staple\"",
            [member] = value,
        };
        return $"{{ {string.Join(", ", members.Select(static one => $"\"{one.Key}\": {one.Value}"))} }}";
    }
}

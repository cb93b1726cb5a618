namespace SupplyApi.Tests.Auth;

/// <summary>That nobody may register before the first admin: Public/CompleteSetupTests.</summary>
public sealed class RegisterWithPasswordTests : ApiTest
{
    private const string Path = "/auth/password/register";

    [Fact]
    public async Task Makes_a_user_who_is_signed_in()
    {
        await Api.FounderAsync();
        var anybody = Actors.Stranger();
        var name = Actors.Unique("name");
        var answer = await anybody.Post(Path, $$"""
            {
              "username": " {{name}} ",
              "email": "{{name.ToUpperInvariant()}}@Example.com",
              "password": "correct horse battery staple",
              "referral_code": "NOBODY",
              "agreement_accepted": true
            }
            """);
        await anybody.WithCredential(answer.Expect(200).Text("token")).Get("/api/user/me");

        Transcript.Redactions.Register("name", name.ToUpperInvariant());
        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        await Api.FounderAsync();
        foreach (var (member, value) in ((string, string)[])
            [
                ("username", "\"  \""), ("username", "\"ab\""), ("username", $"\"{new string('x', 101)}\""),
                ("username", "\"someone@example.com\""), ("username", "\"null\\u0000byte\""), ("username", "null"),
                ("email", "\"nobody\""), ("email", "\"@example.com\""), ("email", "\"no body@example.com\""),
                ("email", $"\"{new string('x', 100)}@example.com\""), ("password", "\"1234567\""),
                ("password", $"\"{new string('x', 257)}\""), ("password", "12345678"), ("is_admin", "true"),
            ])
        {
            Assert.Equal(400, (await Actors.Stranger().Post(Path, Registration(member, value))).Status);
        }

        Assert.Equal(400, (await Actors.Stranger().Post(Path, "{}")).Status);

        Transcript.Matches();
    }

    [Fact]
    public async Task A_name_and_an_address_belong_to_one_user()
    {
        var user = await Actors.UserAsync();
        var anybody = Actors.Stranger();
        await anybody.Post(Path, Registration("username", $"\"{user.Username}\""));
        await anybody.Post(Path, Registration("username", $"\"{user.Username.ToUpperInvariant()}\""));
        await anybody.Post(Path, Registration("email", $"\"{user.Email.ToUpperInvariant()}\""));

        Transcript.Redactions.Register("name", user.Username.ToUpperInvariant());
        Transcript.Redactions.Register("email", user.Email.ToUpperInvariant());
        Transcript.Matches();
    }

    [Fact]
    public async Task A_name_that_many_want_goes_to_one()
    {
        await Api.FounderAsync();
        var name = Actors.Unique("name");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Actors.Stranger().Quietly().Post(
            Path, Registration("username", $"\"{name}\"", $"{name}-{number}@example.com"))));

        var winner = Assert.Single(answers, static one => one.Status == 200);
        Assert.All(
            answers.Except([winner]), static one => Assert.Equal("already_exists", one.Expect(400).Text("code")));
    }

    [Fact]
    public async Task Is_throttled_by_address()
    {
        await Api.FounderAsync();
        var anybody = Actors.Stranger();
        var tooShort = Registration("username", "\"ab\"");
        for (var attempt = 0; attempt < 5; attempt++) (await anybody.Quietly().Post(Path, tooShort)).Expect(400);
        Assert.Equal(429, (await anybody.Post(Path, tooShort)).Status);
        Assert.Equal(400, (await Actors.Stranger().Post(Path, tooShort)).Status);

        Transcript.Matches();
    }

    private static string Registration(string member, string value, string email = "somebody@example.com")
    {
        var members = new Dictionary<string, string>
        {
            ["username"] = "\"somebody\"",
            ["email"] = $"\"{email}\"",
            ["password"] = "\"correct horse battery staple\"",
            [member] = value,
        };
        return $"{{ {string.Join(", ", members.Select(static one => $"\"{one.Key}\": {one.Value}"))} }}";
    }
}

using System.Globalization;

namespace SupplyApi.Tests.Auth;

/// <summary>That nobody may sign in before the first admin: Public/CompleteSetupTests.</summary>
public sealed class LoginWithPasswordTests : ApiTest
{
    private const string Path = "/auth/password/login";

    [Fact]
    public async Task Takes_the_name_or_the_address_in_any_case()
    {
        var user = await Actors.UserAsync();
        var anybody = Actors.Stranger();
        var first = await anybody.Post(Path, Login(user.Username, user.Password));
        foreach (var identifier in (string[])[user.Email, $" {user.Username.ToUpperInvariant()} "])
        {
            var again = await anybody.Quietly().Post(Path, Login(identifier, user.Password));
            Assert.Equal(user.Id, again.Expect(200).Number("user.id"));
        }

        await anybody.WithCredential(first.Text("token")).Get("/api/user/me");

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_tell_who_exists()
    {
        var user = await Actors.UserAsync();
        var anybody = Actors.Stranger();
        await anybody.Post(Path, Login(user.Username, "another password"));
        await anybody.Post(Path, Login(Actors.Unique("name"), "another password"));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var user = await Actors.UserAsync();
        var anybody = Actors.Stranger();
        foreach (var body in (string[])
            [
                "{}", Login(" ", user.Password), Login(user.Username, ""),
                Login(user.Username, user.Password + "\\u0000"), Login("null\\u0000byte", user.Password),
                """{ "identifier": null, "password": "any" }""",
                """{ "identifier": 7, "password": "any" }""",
                """{ "identifier": "somebody", "password": "any password", "remember": true }""",
            ])
        {
            Assert.Equal(400, (await anybody.Post(Path, body)).Status);
        }

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_throttled_by_address()
    {
        await Api.FounderAsync();
        var anybody = Actors.Stranger();
        for (var attempt = 0; attempt < 15; attempt++)
            (await anybody.Quietly().Post(Path, Login(Actors.Unique("name"), ""))).Expect(400);
        Assert.Equal(429, (await anybody.Post(Path, Login(Actors.Unique("name"), ""))).Status);
        Assert.Equal(400, (await Actors.Stranger().Post(Path, Login(Actors.Unique("name"), ""))).Status);

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_throttled_by_name_whatever_the_address()
    {
        var user = await Actors.UserAsync();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var guess = attempt.ToString(CultureInfo.InvariantCulture);
            (await Actors.Stranger().Quietly().Post(Path, Login(user.Username, guess))).Expect(400);
        }

        Assert.Equal(429, (await Actors.Stranger().Post(Path, Login(user.Username.ToUpperInvariant(), "5"))).Status);

        Transcript.Redactions.Register("name", user.Username.ToUpperInvariant());
        Transcript.Matches();
    }

    private static string Login(string identifier, string password) =>
        $$"""{ "identifier": "{{identifier}}", "password": "{{password}}" }""";
}

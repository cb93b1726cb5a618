using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// A token is its credential's and nobody else's, whatever others register: they cannot crowd it out, and cannot take
/// it.
/// </summary>
public sealed class TokensFindTheirKey : ApiTest
{
    private const string Kid = "ES256";
    private readonly string issuer = $"https://{Guid.NewGuid():n}.example.com";

    [Fact]
    public async Task However_many_others_are_there_for_the_same_audience()
    {
        var crowd = await Actors.UserAsync();
        var consumer = await crowd.CreateConsumerAsync();
        for (var one = 0; one < 20; one++)
            (await RegisterAsync(crowd, Jwks.Of(Named(Jwks.Ed, $"other-{one}")), consumer)).Expect(201);

        var tokens = await SignAsync();
        var (_, model) = await OwnerAsync(tokens.Jwks);
        (await CallAsync(tokens[Kid, "good"], model)).Expect(200);
    }

    [Fact]
    public async Task And_nobody_else_can_register_it()
    {
        var tokens = await SignAsync();
        var stranger = await Actors.UserAsync();
        var (owner, model) = await OwnerAsync(tokens.Jwks);
        foreach (var (jwks, isTold) in ((string, bool)[])
            [(tokens.Jwks, true), (Jwks.Of(Named(Jwks.Ed, Kid)), true), (Jwks.Of(Jwks.Ed.Without("kid")), false)])
        {
            var refused = (await RegisterAsync(stranger, jwks)).Expect(409);
            Assert.Equal("TOKEN_KEY_TAKEN", refused.Text("code"));
            Assert.Equal(isTold, refused.Text("message").Contains($"'{Kid}'", StringComparison.Ordinal));
        }

        // Neither afterwards, nor for another consumer of the same user.
        var other = (await RegisterAsync(stranger, Jwks.Of(Named(Jwks.Ed, "mine")))).Expect(201);
        var path = $"/api/v1/consumers/{other.Text("consumerId")}/credentials/{other.Text("id")}";
        var change = $$"""{ "jwt": { "jwks": {{tokens.Jwks}} } }""";
        Assert.Equal("TOKEN_KEY_TAKEN", (await stranger.Put(path, change)).Expect(409).Text("code"));
        (await RegisterAsync(owner.Owner, tokens.Jwks)).Expect(409);
        (await CallAsync(tokens[Kid, "good"], model)).Expect(200);

        (await owner.Owner.Delete(owner.Path)).Expect(204);
        (await stranger.Put(path, change)).Expect(200);
    }

    [Fact]
    public async Task One_of_many_at_once_has_it()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var user = await Actors.UserAsync();
            return (user, Consumer: await user.CreateConsumerAsync());
        }));
        foreach (var key in (string[])[Jwks.Ec, Jwks.Ed.Without("kid")])
        {
            // Half of them with another key of the same name, or, without one, of any name.
            var answers = await Task.WhenAll(users.Select((one, at) => RegisterAsync(
                one.user, Jwks.Of(at % 2 == 0 ? key : Named(Jwks.Ed, "ec-1")), one.Consumer, key.Length.ToString())));
            Assert.Single(answers, static one => one.Status == 201);
            Assert.All(answers.Where(static one => one.Status != 201), static one => one.Expect(409));
        }
    }

    [Fact]
    public async Task A_key_without_a_name_takes_them_whatever_key_they_name()
    {
        var (named, unnamed) = (await SignAsync(), await SignAsync(isNamed: false));
        foreach (var tokens in (Tokens[])[named, unnamed])
        {
            var (owner, model) = await OwnerAsync(Jwks.Of(Only(tokens).Without("kid")));
            (await CallAsync(tokens[Kid, "good"], model)).Expect(200);
            (await RegisterAsync(await Actors.UserAsync(), Jwks.Of(Named(Jwks.Ed, Kid)))).Expect(409);
            (await owner.Owner.Delete(owner.Path)).Expect(204);
        }
    }

    [Fact]
    public async Task A_token_without_a_name_is_not_tried_against_keys_that_have_one()
    {
        var tokens = await SignAsync(isNamed: false);
        var (_, model) = await OwnerAsync(tokens.Jwks);
        (await CallAsync(tokens[Kid, "good"], model)).Expect(401);
    }

    [Fact]
    public async Task A_signer_may_change_over_under_one_name()
    {
        var (before, after, third) = (await SignAsync(), await SignAsync(), await SignAsync());
        var (owner, model) = await OwnerAsync(Jwks.Of(Only(before), Only(after)));
        foreach (var tokens in (Tokens[])[before, after])
            (await CallAsync(tokens[Kid, "good"], model)).Expect(200);
        (await CallAsync(third[Kid, "good"], model)).Expect(401);
        foreach (var keys in (string[])[
            Jwks.Of(Only(before), Only(before)), Jwks.Of(Only(before), Only(after), Only(third)),
            Jwks.Of(Only(before).Without("kid"), Only(after).Without("kid"))])
            (await owner.Owner.Put(owner.Path, $$"""{ "jwt": { "jwks": {{keys}} } }""")).Expect(400);
    }

    [Fact]
    public async Task Of_several_audiences_the_first_that_somebody_has_counts()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var tokens = await Tokens.SignAsync([Kid], new()
        {
            ["good"] = Claims(now, new JsonArray("nobody", "supply", "another")),
            ["for others"] = Claims(now, new JsonArray("another", "supply")),
        });
        var (_, model) = await OwnerAsync(tokens.Jwks);
        (await RegisterAsync(await Actors.UserAsync(), Jwks.Of(Named(Jwks.Ed, Kid)), audience: "another")).Expect(201);
        (await CallAsync(tokens[Kid, "good"], model)).Expect(200);
        (await CallAsync(tokens[Kid, "for others"], model)).Expect(401);
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("kid")]
    public async Task A_name_that_nothing_can_be_found_by_is_no_fault(string where)
    {
        foreach (var odd in (string[])["a\u0000b", "\u0000", "a\nb", "a\u007fb", "a\u0085b"])
        {
            var head = new JsonObject { ["alg"] = "EdDSA", ["kid"] = where == "kid" ? odd : "1" };
            var claims = new JsonObject
            {
                ["iss"] = where == "iss" ? odd : issuer,
                ["aud"] = where == "aud" ? new JsonArray("supply", odd) : "supply",
                ["exp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 300,
            };
            var signature = Base64Url.EncodeToString(new byte[64]);
            var answer = await CallAsync($"{Part(head)}.{Part(claims)}.{signature}", "any");
            Assert.Equal("invalid_api_key", answer.Expect(401).Text("error.code"));
        }

        static string Part(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
    }

    [Fact]
    public async Task The_id_of_a_credential_is_nobody_elses_audience()
    {
        var owner = await Actors.UserAsync();
        var made = (await RegisterAsync(owner, Jwks.Of(Jwks.Ed), audience: null)).Expect(201);
        var path = $"/api/v1/consumers/{made.Text("consumerId")}/credentials/{made.Text("id")}";
        Assert.Equal(made.Text("id"), made.Text("jwt.audience"));
        (await RegisterAsync(owner, Jwks.Of(Jwks.Ed), audience: made.Text("id"))).Expect(400);
        (await RegisterAsync(owner, Jwks.Of(Jwks.Ed), audience: "cred_9000000000")).Expect(400);
        (await owner.Put(path, $$"""{ "jwt": { "audience": "{{made.Text("id")}}" } }""")).Expect(200);
        (await owner.Put(path, """{ "jwt": { "audience": "cred_9000000000" } }""")).Expect(400);
    }

    private JsonObject Claims(long now, JsonNode audience) =>
        new() { ["iss"] = issuer, ["aud"] = audience, ["exp"] = now + 300 };

    private Task<Tokens> SignAsync(bool isNamed = true) => Tokens.SignAsync(
        [Kid], new() { ["good"] = Claims(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), "supply") }, isNamed);

    private static string Only(Tokens tokens) => JsonNode.Parse(tokens.Jwks)!["keys"]![0]!.ToJsonString();

    private static string Named(string key, string kid) => key.But($$"""{ "kid": "{{kid}}" }""");

    // An application that may call, by a credential with these keys.
    private async Task<(App App, string Model)> OwnerAsync(string jwks)
    {
        var offering = await Offering.MakeAsync(Actors);
        var owner = await Actors.UserAsync();
        await owner.TopUpAsync(100);
        var app = await owner.CreateAppAsync("JWT", Body(jwks, "supply"));
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        return (app, offering.Model);
    }

    private async Task<Answer> RegisterAsync(
        Actor owner, string jwks, string? consumer = null, string? audience = "supply") =>
        await owner.Post(
            $"/api/v1/consumers/{consumer ?? await owner.CreateConsumerAsync()}/credentials",
            """{ "mode": "JWT" }""".But(Body(jwks, audience)));

    private string Body(string jwks, string? audience) => $$"""
        {
          "jwt": {
            "issuer": "{{issuer}}", "audience": {{(audience is null ? "null" : $"\"{audience}\"")}}, "jwks": {{jwks}}
          }
        }
        """;

    private Task<Answer> CallAsync(string token, string model) => Actors.Stranger().With(
        "Authorization", $"Bearer {token}").Post("/v1/chat/completions", Consumer.Chat(model, "!tokens=10,5"));
}

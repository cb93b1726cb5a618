namespace SupplyApi.Tests.Consumers;

public sealed class CreateCredentialTests : ApiTest
{
    private const string Issuer = "\"issuer\": \"https://id.example.com\"";

    private static string Path(string consumer) => $"/api/v1/consumers/{consumer}/credentials";

    private static string Jwt(string jwks, string more = Issuer) =>
        $$"""{ "mode": "JWT", "jwt": { {{more}}, "jwks": {{jwks}} } }""";

    [Fact]
    public async Task Makes_a_key_that_is_shown_once()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        await user.Post(path, """{ "mode": "API_KEY" }""");
        await user.Post(path, """
            {
              "mode": "API_KEY",
              "apiKey": { "headerName": "X-API-Key", "prefix": "Bearer" },
              "hmac": { "headerName": "Authorization", "algorithm": "HMAC_SHA_256" },
              "allowedIps": ["192.0.2.1", "198.51.100.0/24", "2001:db8::/32"],
              "qps": 100000,
              "expiresAt": "2099-12-31T23:59:59.5+08:00"
            }
            """);
        await user.Post(path, """{ "apiKey": { "headerName": "AUTHORIZATION" } }""");
        await user.Post(path, """{ "apiKey": { "headerName": "X-Key" }, "allowedIps": null, "qps": null }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Makes_a_pair_for_an_app()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync("""{ "authType": "HMAC" }"""));
        await user.Post(path, "{}");
        await user.Post(path, """
            { "mode": "HMAC", "hmac": { "headerName": "Authorization", "timestampTolerance": 3600 }, "expiresAt": null }
            """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_public_keys_and_keeps_what_is_needed_of_them()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        var made = await user.Post(path, Jwt(Jwks.All));
        foreach (var (sent, at) in ((string, int)[])[(Jwks.Ec, 0), (Jwks.Rsa, 1), (Jwks.Ed, 2)])
        {
            foreach (var (member, value) in System.Text.Json.Nodes.JsonNode.Parse(sent)!.AsObject())
                Assert.Equal(value!.GetValue<string>(), made.Text($"jwt.jwks.keys.{at}.{member}"));
        }

        var unnamed = Jwks.Ec.Without("kid").But("""{ "use": "sig", "alg": "ES256", "x5t": "abc", "key_ops": [] }""");
        await user.Post(path, Jwt(Jwks.Of(unnamed), $"{Issuer}, \"audience\": \"models\""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Has_what_the_consumer_has_unless_it_says_otherwise()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync($$"""
            {
              "authType": "JWT",
              "authConfig": {
                "apiKey": { "headerName": "X-Own-Key" },
                "hmac": { "headerName": "X-Own-Signature", "timestampTolerance": 30 },
                "jwt": { {{Issuer}}, "jwks": {{Jwks.Of(Jwks.Ed)}} }
              }
            }
            """));
        await user.Post(path, "{}");
        await user.Post(path, """{ "mode": "API_KEY" }""");
        await user.Post(path, """{ "mode": "HMAC" }""");
        await user.Post(path, """{ "mode": "HMAC", "hmac": {} }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        await user.Post(path, """{ "mode": "BASIC" }""");
        await user.Post(path, """{ "apiKey": { "headerName": "" } }""");
        await user.Post(path, $$"""{ "apiKey": { "headerName": "{{new string('h', 65)}}" } }""");
        await user.Post(path, """{ "apiKey": { "headerName": "X-Schlüssel" } }""");
        await user.Post(path, """{ "apiKey": { "headerName": "X-Key", "prefix": "" } }""");
        await user.Post(path, """{ "apiKey": { "headerName": "X-Key", "prefix": "two words" } }""");
        await user.Post(path, """{ "apiKey": { "headerName": "X-Key\r\nX-Injected" } }""");
        await user.Post(path, """{ "hmac": { "timestampTolerance": 0 } }""");
        await user.Post(path, """{ "hmac": { "timestampTolerance": "300" } }""");
        await user.Post(path, """{ "mode": "JWT" }""");
        await user.Post(path, """{ "allowedIps": ["192.0.2.256"] }""");
        await user.Post(path, """{ "allowedIps": [null] }""");
        await user.Post(path, """{ "qps": 0 }""");
        await user.Post(path, """{ "qps": 100001 }""");
        await user.Post(path, """{ "expiresAt": "2001-01-01T00:00:00Z" }""");
        await user.Post(path, """{ "expiresAt": "2099-01-01T00:00:00" }""");
        await user.Post(path, """{ "expiresAt": "2099-02-30T00:00:00Z" }""");
        await user.Post(path, """{ "apiKeyValue": "ck-mine" }""");

        Transcript.Matches();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0x7f.1")]
    [InlineData("127.1")]
    [InlineData("010.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("fe80::1%1")]
    [InlineData("2001:DB8::1")]
    [InlineData("2001:db8:0:0::1")]
    [InlineData(" 192.0.2.1")]
    [InlineData("198.51.100.0/024")]
    [InlineData("198.51.100.1/24")]
    [InlineData("2001:DB8::/32")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:192.0.2.0/120")]
    public async Task Refuses_addresses_that_do_not_say_what_they_mean(string address)
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        var refused = (await user.Post(path, $$"""{ "allowedIps": ["192.0.2.1", "{{address}}"] }""")).Expect(400);
        var isMapped = address.StartsWith("::ffff:", StringComparison.Ordinal);
        Assert.Contains(isMapped ? "write it as IPv4" : "shortest form", refused.Text("message"));
        (await user.Post("/api/user/api-keys", $$"""{ "allowed_ips": ["{{address}}"] }""")).Expect(400);
    }

    [Theory]
    [InlineData("Connection")]
    [InlineData("transfer-encoding")]
    [InlineData("Content-Type")]
    [InlineData("Content-Length")]
    [InlineData("Cookie")]
    [InlineData("X-Request-Id")]
    [InlineData("Idempotency-Key")]
    [InlineData("X-Supply-Route")]
    [InlineData("X-App-Id")]
    [InlineData("X-Timestamp")]
    [InlineData("anthropic-version")]
    [InlineData("X-Forwarded-For")]
    [InlineData("Proxy-Authorization")]
    public async Task Leaves_a_header_its_meaning(string header)
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        foreach (var kind in (string[])["apiKey", "hmac"])
        {
            var answer = await user.Post(path, $$"""{ "{{kind}}": { "headerName": "{{header}}" } }""");
            Assert.Equal(400, answer.Status);
            Assert.Contains($"{kind}.headerName", answer.Text("message"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Api-Key")]
    [InlineData("x-goog-api-key")]
    public async Task Takes_the_headers_that_keys_come_in(string header)
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        var answer = await user.Post(path, $$"""{ "apiKey": { "headerName": "{{header}}" } }""");
        Assert.Equal(header, answer.Expect(201).Text("apiKey.headerName"));
    }

    [Fact]
    public async Task Refuses_keys_that_are_none()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        await user.Post(path, Jwt("""{ "keys": [] }"""));
        await user.Post(path, Jwt("""{ "keys": [null] }"""));
        await user.Post(path, Jwt("null"));
        await user.Post(path, Jwt("[]"));
        await user.Post(path, Jwt(Jwks.All, "\"issuer\": \"\""));
        await user.Post(path, Jwt(Jwks.All, $"{Issuer}, \"audience\": \"a\\u0000b\""));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ec, Jwks.Ec)));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ec, Jwks.Ed.Without("kid"))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ec.But("""{ "use": "enc" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ec.But("""{ "alg": "ES384" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ec.But("""{ "crv": "P-384" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ec.But("""{ "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyA" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ed.But("""{ "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Ed.But("""{ "kid": "" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Rsa.But($$"""{ "n": "{{Jwks.RsaModulus[..300]}}" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Rsa.But("""{ "e": "AQ" }"""))));
        await user.Post(path, Jwt(Jwks.Of(Jwks.Rsa.But("""{ "e": "AQAAAAE" }"""))));
        await user.Post(path, Jwt(Jwks.Of("""{ "kty": "oct", "kid": "a" }""")));

        Transcript.Matches();
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("q")]
    [InlineData("dp")]
    [InlineData("dq")]
    [InlineData("qi")]
    [InlineData("oth")]
    [InlineData("k")]
    public async Task Refuses_a_private_key_by_the_member_that_makes_it_one(string member)
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        foreach (var value in (string[])["\"AQAB\"", "null", "[]"])
        {
            var key = Jwks.Rsa.But($$"""{ "{{member}}": {{value}} }""");
            var answer = await user.Post(path, Jwt(Jwks.Of(key)));
            Assert.Equal(400, answer.Status);
            Assert.StartsWith($"jwt.jwks.keys[0].{member} is a part of a private key", answer.Text("message"));
        }
    }

    [Fact]
    public async Task Takes_up_to_twenty_public_keys()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        Assert.Equal(201, (await user.Post(path, Jwt(Keys(20)))).Status);
        Assert.Equal(400, (await user.Post(path, Jwt(Keys(21)))).Status);

        static string Keys(int count) => Jwks.Of([.. Enumerable.Range(0, count)
            .Select(static one => Jwks.Ed.But($$"""{ "kid": "key {{one}}" }"""))]);
    }

    [Fact]
    public async Task A_consumer_has_at_most_twenty_also_when_all_are_asked_for_at_once()
    {
        var user = await Actors.UserAsync();
        var path = Path(await user.CreateConsumerAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => user.Quietly().Post(path, "{}")));
        await user.Post(path, "{}");

        Assert.Equal(20, answers.Count(static one => one.Status == 201));
        Assert.Equal(20, answers.Where(static one => one.Status == 201)
            .Select(static one => one.Text("apiKeyValue")).Distinct().Count());
        Transcript.Matches();
    }

    [Fact]
    public async Task Finds_no_consumer_of_others()
    {
        var consumer = await (await Actors.UserAsync()).CreateConsumerAsync();
        var other = await Actors.UserAsync();
        await other.Post(Path(consumer), "{}");
        await other.Post(Path("con_9000000000"), "{}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record_without_what_it_opens_with()
    {
        var user = await Actors.UserAsync();
        foreach (var mode in (string[])["API_KEY", "HMAC"])
        {
            var app = await user.CreateAppAsync(mode);
            var id = app.CredentialId["cred_".Length..];
            var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "consumer_credential", id));
            Assert.Equal(("consumer.credential.create", user.Id), (deed.Action, deed.OperatorId));
            Assert.DoesNotContain((app.Key ?? app.Secret)![8..^4], deed.After, StringComparison.Ordinal);
            Assert.Contains($"\"mode\": \"{mode}\"", deed.After, StringComparison.Ordinal);
        }
    }
}

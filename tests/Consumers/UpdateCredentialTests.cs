namespace SupplyApi.Tests.Consumers;

public sealed class UpdateCredentialTests : ApiTest
{
    private static readonly string Jwt =
        $$"""{ "jwt": { "issuer": "https://id.example.com", "jwks": {{Jwks.Of(Jwks.Ed)}} } }""";

    [Fact]
    public async Task Disables_and_enables()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        await app.Owner.Put(app.Path, """{ "status": "INACTIVE" }""");
        await app.Owner.Put(app.Path, """{ "status": "ACTIVE" }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Changes_what_is_sent_and_nothing_else()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync("API_KEY", """
            { "apiKey": { "headerName": "X-Key", "prefix": "Key" }, "allowedIps": ["192.0.2.1"] }
            """);
        await app.Owner.Put(app.Path, """{ "qps": 5, "expiresAt": "2099-01-01T00:00:00+02:00" }""");
        await app.Owner.Put(app.Path, """{ "allowedIps": [], "apiKey": { "headerName": "X-Other-Key" } }""");
        await app.Owner.Put(app.Path, """{ "qps": null, "expiresAt": null, "apiKey": {}, "status": null }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Changes_the_members_sent_of_a_pair()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync("HMAC", """{ "hmac": { "headerName": "X-Sign" } }""");
        await app.Owner.Put(app.Path, """{ "hmac": { "timestampTolerance": 1 } }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Replaces_the_public_keys_or_what_tokens_must_say()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync("JWT", Jwt);
        await app.Owner.Put(app.Path, $$"""{ "jwt": { "jwks": {{Jwks.Of(Jwks.Ed, Jwks.Ec)}} } }""");
        await app.Owner.Put(app.Path, """{ "jwt": { "issuer": "https://other.example.com", "audience": "models" } }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        await app.Owner.Put(app.Path, "{}");
        await app.Owner.Put(app.Path, """{ "status": "REVOKED" }""");
        await app.Owner.Put(app.Path, """{ "qps": 0 }""");
        await app.Owner.Put(app.Path, """{ "qps": "5" }""");
        await app.Owner.Put(app.Path, """{ "qps": 1.5 }""");
        await app.Owner.Put(app.Path, """{ "expiresAt": "2001-01-01T00:00:00Z" }""");
        await app.Owner.Put(app.Path, """{ "expiresAt": 4102444800 }""");
        await app.Owner.Put(app.Path, """{ "allowedIps": ["nowhere"] }""");
        await app.Owner.Put(app.Path, """{ "apiKey": { "headerName": "Cookie" } }""");
        await app.Owner.Put(app.Path, """{ "hmac": { "timestampTolerance": 60 } }""");
        await app.Owner.Put(app.Path, Jwt);
        await app.Owner.Put(app.Path, """{ "mode": "HMAC" }""");
        await (await Actors.UserAsync()).Put(app.Path, """{ "status": "INACTIVE" }""");
        var another = await app.Owner.CreateConsumerAsync();
        await app.Owner.Put(
            $"/api/v1/consumers/{another}/credentials/{app.CredentialId}", """{ "status": "INACTIVE" }""");

        Transcript.Matches();
        Assert.Equal("ACTIVE", (await app.Owner.Get(app.Path)).Text("status"));
    }

    [Fact]
    public async Task Is_on_record()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        (await app.Owner.Put(app.Path, """{ "status": "INACTIVE" }""")).Expect(200);

        var deeds = await Trail.AuditAsync(Api.Database, "consumer_credential", app.CredentialId["cred_".Length..]);
        Assert.Equal(("consumer.credential.update", app.Owner.Id), (deeds[^1].Action, deeds[^1].OperatorId));
        Assert.Contains("\"status\": \"ACTIVE\"", deeds[^1].Before, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"INACTIVE\"", deeds[^1].After, StringComparison.Ordinal);
    }
}

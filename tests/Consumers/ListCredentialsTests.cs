namespace SupplyApi.Tests.Consumers;

public sealed class ListCredentialsTests : ApiTest
{
    [Fact]
    public async Task Lists_them_newest_first_without_what_they_open_with()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        await app.Owner.CreateAppAsync("HMAC", consumer: app.ConsumerId);
        await app.Owner.CreateAppAsync("JWT", $$"""
            { "jwt": { "issuer": "https://id.example.com", "jwks": {{Jwks.Of(Jwks.Ed)}} } }
            """, app.ConsumerId);
        await app.Owner.CreateAppAsync();
        await app.Owner.Get($"{app.ConsumerPath}/credentials?size=2");
        await app.Owner.Get($"{app.ConsumerPath}/credentials?size=2&page=2");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_cannot_be_and_what_is_not_mine()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        await app.Owner.Get($"{app.ConsumerPath}/credentials?size=0");
        await app.Owner.Get($"{app.ConsumerPath}/credentials?page=-1");
        await app.Owner.Get("/api/v1/consumers/con_9000000000/credentials");
        await (await Actors.UserAsync()).Get($"{app.ConsumerPath}/credentials");

        Transcript.Matches();
    }
}

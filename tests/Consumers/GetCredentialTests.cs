namespace SupplyApi.Tests.Consumers;

public sealed class GetCredentialTests : ApiTest
{
    [Fact]
    public async Task Shows_one_without_what_it_opens_with()
    {
        var user = await Actors.UserAsync();
        var app = await user.CreateAppAsync("HMAC", """{ "expiresAt": "2099-01-01T00:00:00Z" }""");
        await app.Owner.Get(app.Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Does_not_find_what_is_of_another_consumer_or_nobody()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var another = await app.Owner.CreateAppAsync();
        await (await Actors.UserAsync()).Get(app.Path);
        await app.Owner.Get($"{another.ConsumerPath}/credentials/{app.CredentialId}");
        await app.Owner.Get($"{app.ConsumerPath}/credentials/cred_9000000000");
        await app.Owner.Get($"{app.ConsumerPath}/credentials/primary");

        Transcript.Matches();
    }
}

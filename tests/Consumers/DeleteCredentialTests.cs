namespace SupplyApi.Tests.Consumers;

public sealed class DeleteCredentialTests : ApiTest
{
    [Fact]
    public async Task Deletes_one_and_what_it_opens_with()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var another = await app.Owner.CreateAppAsync("HMAC", consumer: app.ConsumerId);
        await (await Actors.UserAsync()).Delete(app.Path);
        await app.Owner.Delete(app.Path);
        await app.Owner.Delete(app.Path);
        await app.Owner.Delete($"{app.ConsumerPath}/credentials/nothing");

        Transcript.Matches();
        Assert.Empty(await SecretRows.OfAsync(Api.Database, app.CredentialId));
        Assert.Single(await SecretRows.OfAsync(Api.Database, another.CredentialId));
        var deeds = await Trail.AuditAsync(Api.Database, "consumer_credential", app.CredentialId["cred_".Length..]);
        Assert.Equal(
            ("consumer.credential.delete", app.Owner.Id, null),
            (deeds[^1].Action, deeds[^1].OperatorId, deeds[^1].After));
    }

    [Fact]
    public async Task Makes_room_for_another()
    {
        var user = await Actors.UserAsync();
        var consumer = await user.CreateConsumerAsync();
        var apps = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.CreateAppAsync(consumer: consumer)));
        var path = $"/api/v1/consumers/{consumer}/credentials";
        (await user.Post(path, "{}")).Expect(409);
        (await user.Delete(apps[7].Path)).Expect(204);

        (await user.Post(path, "{}")).Expect(201);
    }
}

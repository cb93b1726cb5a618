namespace SupplyApi.Tests.Consumers;

public sealed class DeleteConsumerTests : ApiTest
{
    [Fact]
    public async Task Deletes_it_and_all_that_is_its_own()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var pair = await app.Owner.CreateAppAsync("HMAC", consumer: app.ConsumerId);
        (await app.Owner.Quietly().Post($"{pair.Path}/rotate")).Expect(200);
        await (await Actors.UserAsync()).Delete(app.ConsumerPath);
        await app.Owner.Delete(app.ConsumerPath);
        await app.Owner.Delete(app.ConsumerPath);
        await app.Owner.Get(app.Path);
        await app.Owner.Get($"{app.ConsumerPath}/credentials");

        Transcript.Matches();
        Assert.Empty(await SecretRows.OfAsync(Api.Database, app.CredentialId));
        Assert.Empty(await SecretRows.OfAsync(Api.Database, pair.CredentialId));
        var deed = (await Trail.AuditAsync(Api.Database, "consumer", app.ConsumerId["con_".Length..]))[^1];
        Assert.Equal(("consumer.delete", app.Owner.Id, null), (deed.Action, deed.OperatorId, deed.After));
    }

    [Fact]
    public async Task Its_name_is_free_again()
    {
        var user = await Actors.UserAsync();
        const string Named = """{ "name": "Chat" }""";
        var id = await user.CreateConsumerAsync(Named);
        (await user.Delete($"/api/v1/consumers/{id}")).Expect(204);

        Assert.NotEqual(id, await user.CreateConsumerAsync(Named));
    }

    // A credential is made for a consumer that is there when it is made, or not at all.
    [Fact]
    public async Task Nothing_is_left_of_what_is_made_meanwhile()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var owner = app.Owner.Quietly();
        var making = Enumerable.Range(0, 10).Select(_ => owner.Post($"{app.ConsumerPath}/credentials", "{}")).ToArray();
        (await owner.Delete(app.ConsumerPath)).Expect(204);

        foreach (var made in await Task.WhenAll(making))
        {
            Assert.True(made.Status is 201 or 404, made.ToString());
            if (made.Status == 201) Assert.Empty(await SecretRows.OfAsync(Api.Database, made.Text("id")));
        }
    }
}

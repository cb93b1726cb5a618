namespace SupplyApi.Tests.Consumers;

public sealed class UpdateConsumerTests : ApiTest
{
    [Fact]
    public async Task Changes_what_is_sent_and_nothing_else()
    {
        var user = await Actors.UserAsync();
        var path = $"/api/v1/consumers/{await user.CreateConsumerAsync("""{ "description": "Before" }""")}";
        await user.Put(path, """{ "name": " Another name " }""");
        await user.Put(path, """{ "authConfig": { "hmac": { "timestampTolerance": 60 } } }""");
        await user.Put(path, """{ "description": "After", "authConfig": { "apiKey": { "headerName": "X-Key" } } }""");
        await user.Put(path, """{ "name": null, "description": "", "authConfig": {} }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_away_what_is_null()
    {
        var user = await Actors.UserAsync();
        var path = $"/api/v1/consumers/{await user.CreateConsumerAsync("""{ "description": "Before" }""")}";
        await user.Put(path, """{ "authConfig": { "hmac": { "timestampTolerance": 60 } } }""");
        await user.Put(path, """{ "authConfig": null }""");
        await user.Put(path, """{ "description": null }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var user = await Actors.UserAsync();
        var path = $"/api/v1/consumers/{await user.CreateConsumerAsync()}";
        await user.CreateConsumerAsync("""{ "name": "Taken" }""");
        await user.Put(path, "{}");
        await user.Put(path, """{ "name": "Taken" }""");
        await user.Put(path, """{ "name": "" }""");
        await user.Put(path, $$"""{ "description": "{{new string('d', 257)}}" }""");
        await user.Put(path, """{ "description": 12 }""");
        await user.Put(path, """{ "authConfig": { "jwt": {} } }""");
        await user.Put(path, """{ "authConfig": { "oauth": {} } }""");
        await user.Put(path, """{ "authType": "JWT" }""");
        await (await Actors.UserAsync()).Put(path, """{ "name": "Mine" }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Credentials_keep_what_they_were_made_with()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync("HMAC");
        const string Other = """{ "authConfig": { "hmac": { "headerName": "X-Mine" } } }""";
        (await app.Owner.Put(app.ConsumerPath, Other)).Expect(200);

        Assert.Equal("X-Signature", (await app.Owner.Get(app.Path)).Text("hmac.headerName"));
        var another = await app.Owner.Post($"{app.ConsumerPath}/credentials", """{ "mode": "HMAC" }""");
        Assert.Equal("X-Mine", another.Text("hmac.headerName"));
    }

    [Fact]
    public async Task Is_on_record()
    {
        var user = await Actors.UserAsync();
        var id = await user.CreateConsumerAsync();
        (await user.Put($"/api/v1/consumers/{id}", """{ "description": "Now it is there." }""")).Expect(200);

        var deed = (await Trail.AuditAsync(Api.Database, "consumer", id["con_".Length..]))[^1];
        Assert.Equal(("consumer.update", user.Id), (deed.Action, deed.OperatorId));
        Assert.Contains("\"description\": null", deed.Before, StringComparison.Ordinal);
        Assert.Contains("Now it is there.", deed.After, StringComparison.Ordinal);
    }
}

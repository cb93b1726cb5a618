namespace SupplyApi.Tests.Consumers;

public sealed class RotateCredentialTests : ApiTest
{
    [Fact]
    public async Task Makes_a_new_one_beside_the_old()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        await app.Owner.Post($"{app.Path}/rotate");
        await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 604800 }""");
        await app.Owner.Get(app.Path);
        await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 0 }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task A_pair_keeps_its_name()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync("HMAC");
        var rotated = await app.Owner.Post($"{app.Path}/rotate", "{}");

        Transcript.Matches();
        Assert.NotEqual(app.Secret, rotated.Text("secretKey"));
    }

    [Fact]
    public async Task The_one_before_ends_when_it_was_said_to_and_one_before_that_at_once()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var second = (await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 60 }""")).Text("apiKeyValue");
        Assert.Equal(
            [(SecretRows.Of(app.Key!), 60), (SecretRows.Of(second), null)], await LeftAsync(app));

        var third = (await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 3600 }""")).Text("apiKeyValue");
        Assert.Equal([(SecretRows.Of(second), 3600), (SecretRows.Of(third), null)], await LeftAsync(app));

        var last = (await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 0 }""")).Text("apiKeyValue");
        Assert.Equal([(SecretRows.Of(last), null)], await LeftAsync(app));
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync();
        var jwt = await app.Owner.CreateAppAsync("JWT", $$"""
            { "jwt": { "issuer": "https://id.example.com", "jwks": {{Jwks.Of(Jwks.Ed)}} } }
            """);
        await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": -1 }""");
        await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 604801 }""");
        await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": null }""");
        await app.Owner.Post($"{app.Path}/rotate", """{ "overlap": 1 }""");
        await jwt.Owner.Post($"{jwt.Path}/rotate");
        await (await Actors.UserAsync()).Post($"{app.Path}/rotate");
        await app.Owner.Post($"{jwt.ConsumerPath}/credentials/{app.CredentialId}/rotate");

        Transcript.Matches();
        Assert.Equal([(SecretRows.Of(app.Key!), null)], await LeftAsync(app));
    }

    [Theory]
    [InlineData("API_KEY", "apiKeyValue")]
    [InlineData("HMAC", "secretKey")]
    public async Task However_many_rotate_at_once_the_last_two_are_good(string mode, string member)
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync(mode);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            app.Owner.Quietly().Post($"{app.Path}/rotate", """{ "overlapSeconds": 3600 }""")));

        var secrets = answers.Select(one => one.Expect(200).Text(member)).ToList();
        Assert.Equal(20, secrets.Distinct().Count());
        var rows = await SecretRows.OfAsync(Api.Database, app.CredentialId);
        Assert.Equal(21, rows.Count);
        var good = rows.Where(static one => one.IsGood).ToList();
        Assert.Equal(2, good.Count);
        Assert.Equal(rows.TakeLast(2), good);
        if (mode == "API_KEY") Assert.All(good, one => Assert.Contains(one.Hash, secrets.Select(SecretRows.Of)));
        var shown = await app.Owner.Get(app.Path);
        Assert.Equal(good[1].Hint, shown.Text("hint"));
    }

    [Fact]
    public async Task Is_on_record_without_what_it_made()
    {
        var app = await (await Actors.UserAsync()).CreateAppAsync("HMAC");
        var secret = (await app.Owner.Post($"{app.Path}/rotate")).Text("secretKey");

        var deeds = await Trail.AuditAsync(Api.Database, "consumer_credential", app.CredentialId["cred_".Length..]);
        Assert.Equal(("consumer.credential.rotate", app.Owner.Id), (deeds[^1].Action, deeds[^1].OperatorId));
        Assert.All(deeds, one =>
            Assert.DoesNotContain(secret[8..^4], one.Before + one.After, StringComparison.Ordinal));
    }

    // Each that is good, and for how many seconds beside the next.
    private async Task<List<(string? Hash, int? Seconds)>> LeftAsync(App app) =>
        [.. (await SecretRows.OfAsync(Api.Database, app.CredentialId))
            .Where(static one => one.IsGood)
            .Select(static one => (one.Hash, one.Overlap))];
}

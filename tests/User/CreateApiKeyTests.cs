namespace SupplyApi.Tests.User;

public sealed class CreateApiKeyTests : ApiTest
{
    private const string Path = "/api/user/api-keys";

    [Fact]
    public async Task Makes_a_key_that_opens_the_gateway()
    {
        var user = await Actors.UserAsync();
        var made = await user.Post(Path, "{}");
        (await Actors.Stranger().Quietly().WithCredential(made.Text("key")).Get("/v1/models")).Expect(200);

        Transcript.Matches();
    }

    [Fact]
    public async Task Keeps_every_setting()
    {
        var user = await Actors.UserAsync();
        await user.Post(Path, """
            {
              "name": "  生产 🌍  ",
              "allowed_models": ["gpt-4o", "通义千问"],
              "allowed_user_channels": [],
              "allowed_ips": ["192.0.2.1", "198.51.100.0/24", "2001:db8::/32"],
              "quota_limit": "12.500000001",
              "enabled": false
            }
            """);
        await user.Post(Path, """
            {
              "name": null,
              "allowed_models": null,
              "allowed_user_channels": null,
              "allowed_ips": null,
              "quota_limit": 999999999999999,
              "enabled": true
            }
            """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Every_request_makes_another_key()
    {
        var user = await Actors.UserAsync();
        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            user.Quietly().Post(Path, """{ "name": "Same" }""")));

        Assert.Equal(20, keys.Select(static one => one.Expect(200).Text("key")).Distinct().Count());
        Assert.Equal(20, (await user.Get(Path)).Json!.AsArray().Count);
    }

    [Fact]
    public async Task A_key_made_disabled_opens_nothing()
    {
        var user = await Actors.UserAsync();
        var made = (await user.Post(Path, """{ "enabled": false }""")).Expect(200);

        Assert.Equal(401, (await Actors.Stranger().WithCredential(made.Text("key")).Get("/v1/models")).Status);
    }

    [Fact]
    public async Task Refuses_what_cannot_be_kept()
    {
        var user = await Actors.UserAsync();
        await user.Post(Path, $$"""{ "name": "{{new string('n', 101)}}" }""");
        await user.Post(Path, """{ "name": "a\u0000b" }""");
        await user.Post(Path, """{ "quota_limit": -1 }""");
        await user.Post(Path, """{ "quota_limit": "0.0000000001" }""");
        await user.Post(Path, """{ "quota_limit": "1000000000000000" }""");
        await user.Post(Path, """{ "quota_limit": "much" }""");
        await user.Post(Path, """{ "allowed_user_channels": [1] }""");
        await user.Post(Path, """{ "allowed_ips": ["192.0.2.256"] }""");
        await user.Post(Path, """{ "allowed_ips": ["192.0.2.1/33"] }""");
        await user.Post(Path, """{ "allowed_ips": [null] }""");
        await user.Post(Path, """{ "allowed_models": [""] }""");
        await user.Post(Path, """{ "allowed_models": [null] }""");
        await user.Post(Path, """{ "allowed_models": "gpt-4o" }""");
        await user.Post(Path, """{ "key": "sk-mine" }""");

        Transcript.Matches();
        Assert.Empty((await user.Get(Path)).Json!.AsArray());
    }

    [Fact]
    public async Task Refuses_lists_that_are_too_long()
    {
        var user = await Actors.UserAsync();
        Assert.Equal(200, (await user.Post(Path, Addresses(200))).Status);
        Assert.Equal(400, (await user.Post(Path, Addresses(201))).Status);
        Assert.Equal(400, (await user.Post(Path, Addresses(201).Replace("allowed_ips", "allowed_models"))).Status);

        static string Addresses(int count) =>
            $$"""{ "allowed_ips": [{{string.Join(',', Enumerable.Repeat("\"192.0.2.1\"", count))}}] }""";
    }
}

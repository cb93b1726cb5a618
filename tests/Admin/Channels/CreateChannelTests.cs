namespace SupplyApi.Tests.Admin.Channels;

public sealed class CreateChannelTests : ApiTest
{
    private const string Path = "/api/channels";

    private static string Good =>
        $$"""{ "name": "Main", "type": "openai", "api_key": "{{Supplier.CredentialOf("openai")}}" }""";

    public static TheoryData<string> Unsafe { get; } =
    [
        "models.example.com", "/v1", "ftp://models.example.com", "file:///etc/passwd", "https://", "https:///v1",
        "https://user:secret@models.example.com", "https://@models.example.com", "https://models.example.com?key=1",
        "https://models.example.com/v1?", "https://models.example.com#v1", "https://models.example.com/a b",
        "https://models.example.com\\v1", " https://models.example.com", "https://модели.example.com",
        "http://localhost", "http://LOCALHOST:9090", "http://localhost./v1", "http://models.localhost",
        "http://127.0.0.1:8080", "http://127.0.0.1.", "http://127.1", "http://0x7f.0.0.1", "http://2130706433",
        "http://0177.0.0.1", "http://0.0.0.0", "http://10.1.2.3", "http://172.16.0.1", "http://192.168.1.1/v1",
        "http://169.254.169.254", "http://100.64.0.1", "http://[::1]", "http://[::]", "http://[::ffff:127.0.0.1]",
        "http://[fd00::1]", "http://[fe80::1]", "http://[64:ff9b::7f00:1]", "http://255.255.255.255",
        "http://224.0.0.1", "https:/models.example.com", "https:models.example.com", "//models.example.com",
    ];

    [Fact]
    public async Task Opens_a_channel_and_never_shows_its_key()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post(Path, Good);
        await admin.Post(Path, Good.But("""
            {
              "type": "anthropic", "base_url": "https://models.example.com/v1", "priority": 10000, "weight": 1,
              "max_concurrent": 5, "rate_limit_rpm": 600, "enabled": false
            }
            """));
        await admin.Post(Path, Good.But("""{ "base_url": "", "priority": 0, "weight": null }"""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post(Path, Good.Without("name"));
        await admin.Post(Path, Good.Without("type"));
        await admin.Post(Path, Good.Without("api_key"));
        await admin.Post(Path, Good.But("""{ "name": " " }"""));
        await admin.Post(Path, Good.But($$"""{ "name": "{{new string('n', 101)}}" }"""));
        await admin.Post(Path, Good.But("""{ "type": "mistral" }"""));
        await admin.Post(Path, Good.But("""{ "base_url": "http://127.0.0.1:8080" }"""));
        await admin.Post(Path, Good.But($$"""{ "base_url": "https://example.com/{{new string('a', 240)}}" }"""));
        await admin.Post(Path, Good.But("""{ "api_key": "short" }"""));
        await admin.Post(Path, Good.But("""{ "api_key": "with a space in it" }"""));
        await admin.Post(Path, Good.But("""{ "priority": -1 }"""));
        await admin.Post(Path, Good.But("""{ "weight": 0 }"""));
        await admin.Post(Path, Good.But("""{ "max_concurrent": 1000001 }"""));
        await admin.Post(Path, Good.But("""{ "rate_limit_rpm": -1 }"""));
        await admin.Post(Path, Good.But("""{ "rate_limit_rpm": 1.5 }"""));
        await admin.Post(Path, Good.But("""{ "api_key_set": true }"""));

        Transcript.Matches();
    }

    [Theory]
    [MemberData(nameof(Unsafe))]
    public async Task Refuses_an_address_that_is_not_public_or_none(string address)
    {
        var admin = (await Actors.AdminAsync()).Quietly();
        var text = System.Text.Json.Nodes.JsonValue.Create(address).ToJsonString();
        var answer = await admin.Post(Path, Good.But($$"""{ "base_url": {{text}} }"""));
        Assert.Equal((400, "base_url"), (answer.Status, answer.Text("field")));
        Assert.Equal("Unsafe or invalid base URL", answer.Text("error"));
    }

    [Theory]
    [InlineData("https://models.example.com")]
    [InlineData("http://models.example.com:8080/openai/v1/")]
    [InlineData("https://8.8.8.8/v1")]
    [InlineData("https://[2606:4700::1111]")]
    [InlineData("https://xn--e1afmkfd.example.com")]
    public async Task Takes_an_address_of_the_public_internet(string address)
    {
        var admin = (await Actors.AdminAsync()).Quietly();
        var answer = await admin.Post(Path, Good.But($$"""{ "base_url": "{{address}}" }"""));
        Assert.Equal(address, answer.Expect(200).Text("base_url"));
    }

    [Fact]
    public async Task Is_on_record_without_the_key()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "channel", channel.Id));

        Assert.Equal(("admin.channel.create", channel.Admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains("\"api_key_set\": true", deed.After, StringComparison.Ordinal);
        Assert.DoesNotContain(channel.Credential[8..], deed.After, StringComparison.Ordinal);
    }
}

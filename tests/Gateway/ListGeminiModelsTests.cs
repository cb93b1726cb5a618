namespace SupplyApi.Tests.Gateway;

public sealed class ListGeminiModelsTests : ApiTest
{
    private const string Path = "/v1beta/models";

    [Fact]
    public async Task Lists_what_speaks_its_protocol_and_the_key_may_use()
    {
        var first = await Sale.MakeAsync(Actors, provider: "gemini");
        var second = await Sale.MakeAsync(Actors, provider: "gemini");
        var other = await Sale.MakeAsync(Actors, provider: "openai");
        var consumer = await Actors.ConsumerAsync(
            0, $$"""{ "allowed_models": ["{{first.Model}}", "{{other.Model}}"] }""");
        await consumer.Get(Path);
        var all = (await other.Consumer.Quietly().Get(Path)).Expect(200).Body;
        Assert.Contains(second.Model, all, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Model, all, StringComparison.Ordinal);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Actors.Stranger().Get(Path);
        await Actors.Stranger().Get(Path + "?key=some");
        var away = await Actors.ConsumerAsync(0, """{ "allowed_ips": ["192.0.2.7"] }""");
        await away.Get(Path);

        Transcript.Matches();
    }
}

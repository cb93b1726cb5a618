using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Docs;

public sealed class GetOpenApiJsonTests : ApiTest
{
    private const string Path = "/openapi.json";

    [Fact]
    public async Task Says_the_same_as_the_yaml()
    {
        var answer = (await Actors.Stranger().Quietly().Get(Path)).Expect(200);
        Assert.True(JsonNode.DeepEquals(Suite.Validator.Document, answer.Json));
    }

    [Fact]
    public async Task Is_not_sent_again()
    {
        var anybody = Actors.Stranger();
        var head = await anybody.Send(HttpMethod.Head, Path, null);
        Transcript.Redactions.Register("etag", head.Expect(200).Header("ETag")!);
        await anybody.With("If-None-Match", head.Header("ETag")!).Get(Path);

        Transcript.Matches();
    }
}

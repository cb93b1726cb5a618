namespace SupplyApi.Tests.Docs;

public sealed class GetOpenApiYamlTests : ApiTest
{
    private const string Path = "/openapi.yaml";

    [Fact]
    public async Task Is_the_file_of_the_repository()
    {
        var anybody = Actors.Stranger();
        var answer = (await anybody.Get(Path)).Expect(200);
        Assert.Equal(await File.ReadAllTextAsync(System.IO.Path.Combine(Repository.Root, "openapi.yaml")), answer.Body);

        Transcript.Redactions.Register("etag", answer.Header("ETag")!);
        await anybody.With("If-None-Match", answer.Header("ETag")!).Get(Path);
        await anybody.With("If-None-Match", $"\"another\", {answer.Header("ETag")}").Get(Path);
        await anybody.With("If-None-Match", "\"another\"").Get(Path);
        await anybody.Send(HttpMethod.Head, Path, null);

        Transcript.Matches();
    }
}

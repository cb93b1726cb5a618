namespace SupplyApi.Tests.Docs;

public sealed class GetDocsPageTests : ApiTest
{
    [Fact]
    public async Task Shows_the_contract_and_asks_nobody_else()
    {
        var anybody = Actors.Stranger();
        var page = (await anybody.Get("/docs")).Expect(200);
        Assert.Contains("data-url=\"openapi.json\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("src=\"docs/scalar.js\"", page.Body, StringComparison.Ordinal);
        Assert.DoesNotMatch("(https?:)?//[a-z]", page.Body);
        Assert.StartsWith("default-src 'none';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-referrer", page.Header("Referrer-Policy"));
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));

        Transcript.Redactions.Register("etag", page.Header("ETag")!);
        await anybody.With("If-None-Match", page.Header("ETag")!).Get("/docs");
        await anybody.Send(HttpMethod.Head, "/docs", null);

        Transcript.Matches();
    }
}

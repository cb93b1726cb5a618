using System.IO.Compression;
using System.Security.Cryptography;

namespace SupplyApi.Tests.Docs;

public sealed class GetDocsScriptTests : ApiTest
{
    private const string Path = "/docs/scalar.js";

    [Fact]
    public async Task Comes_as_brotli_or_plain_and_is_the_same()
    {
        var (plain, plainTag) = await ReadAsync(Actors.Stranger(), null);
        var (small, smallTag) = await ReadAsync(Actors.Stranger().With("Accept-Encoding", "gzip, br;q=0.8"), "br");
        using var unpacked = new MemoryStream();
        await using (var packed = new BrotliStream(new MemoryStream(small), CompressionMode.Decompress))
            await packed.CopyToAsync(unpacked);

        Assert.Equal(SHA256.HashData(plain), SHA256.HashData(unpacked.ToArray()));
        Assert.InRange(small.Length, 100_000, plain.Length / 3);
        Assert.NotEqual(plainTag, smallTag);
        Assert.Equal((plain.Length, plainTag), await LengthAsync("gzip"));
        Assert.Equal((plain.Length, plainTag), await LengthAsync("br;q=0"));
    }

    [Fact]
    public async Task Is_not_sent_again()
    {
        foreach (var coding in (string[])["identity", "br"])
        {
            var anybody = Actors.Stranger().With("Accept-Encoding", coding);
            var head = await anybody.Send(HttpMethod.Head, Path, null);
            Transcript.Redactions.Register("etag", head.Expect(200).Header("ETag")!);
            await anybody.With("If-None-Match", head.Header("ETag")!).Get(Path);
            await anybody.With("If-None-Match", "\"another\"").Quietly().Send(HttpMethod.Head, Path, null);
        }

        Transcript.Matches();
    }

    private async Task<(int Length, string Tag)> LengthAsync(string codings)
    {
        var (bytes, tag) = await ReadAsync(Actors.Stranger().With("Accept-Encoding", codings), null);
        return (bytes.Length, tag);
    }

    private static async Task<(byte[] Bytes, string Tag)> ReadAsync(Client client, string? coding)
    {
        using var answer = await client.Open(HttpMethod.Get, Path, null);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        using var bytes = new MemoryStream();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await stream.CopyToAsync(bytes);
        return (bytes.ToArray(), answer.Headers.ETag!.Tag);
    }
}

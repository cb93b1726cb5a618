using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>The published rule of docs/counting.md, byte by byte.</summary>
public sealed class TokensAreCounted
{
    private const int Media = 1600;

    [Fact]
    public void Whatever_the_length_and_the_characters()
    {
        string[] letters = ["a", "é", "世", "🌍", "\n"];
        var random = new Random(1);
        for (var turn = 0; turn < 5000; turn++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => letters[random.Next(5)]));
            var bytes = Encoding.UTF8.GetBytes(text);
            var at = random.Next(bytes.Length + 1);
            var runes = text.EnumerateRunes().ToList();
            var ascii = runes.Count(static one => one.IsAscii);
            var expected = ((ascii + 3) / 4) + (runes.Count - ascii);
            Assert.Equal(expected, TokenCount.Of(bytes));

            var inParts = default(TokenCount);
            inParts.Add(bytes.AsSpan(0, at));
            inParts.Add(bytes.AsSpan(at));
            Assert.Equal(expected, inParts.Tokens);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_do_no_harm()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        var ascii = bytes.Count(static one => one < 0x80);
        Assert.Equal(((ascii + 3) / 4) + bytes.Count(static one => one >= 0xC0), TokenCount.Of(bytes));
    }

    [Theory]
    [InlineData("""{"url":"data:image/png;base64,@"}""", true)]
    [InlineData("""{"source":{"type":"base64","media_type":"image/png","data":"@"}}""", true)]
    [InlineData("""{"inlineData":{"data":"@","mimeType":"image/png"}}""", true)]
    [InlineData("""{"b64_json" : "@"}""", true)]
    [InlineData("""[["data:audio/wav;base64,@"]]""", true)]
    [InlineData("""{"text":"@"}""", false)]
    [InlineData("""{"data":"@ and words"}""", false)]
    [InlineData("""{"data":{"text":"@"}}""", false)]
    [InlineData("""{"url":"https://example.com/@"}""", false)]
    [InlineData("""{"url":"data:text/plain,@"}""", false)]
    public void Pictures_and_sound_count_the_same_whatever_their_size(string part, bool isMedia)
    {
        foreach (var length in (int[])[1025, 4096, 1_000_000])
        {
            var base64 = new string('A', length - 2) + "\\/"[..2];
            var body = $$"""{"model":"m","x":{{part.Replace("@", base64, StringComparison.Ordinal)}}}""";
            var without = body.Replace(base64, "", StringComparison.Ordinal)
                .Replace("data:image/png;base64,", "", StringComparison.Ordinal)
                .Replace("data:audio/wav;base64,", "", StringComparison.Ordinal);
            var expected = isMedia ? Media + ((without.Length + 3) / 4) : (body.Length + 3) / 4;
            Assert.Equal(expected, Counted(body));
        }
    }

    [Fact]
    public void Short_base64_is_text()
    {
        var body = $$"""{"model":"m","data":"{{new string('A', 1024)}}"}""";
        Assert.Equal((body.Length + 3) / 4, Counted(body));
    }

    [Fact]
    public void Many_pictures_and_the_text_between_them()
    {
        var picture = $$"""{"data":"{{new string('A', 2000)}}"}""";
        var body = $$"""{"a":[{{picture}},"世",{{picture}}],"model":"m","b":{{picture}}}""";
        var text = Encoding.UTF8.GetByteCount(body) - 3 - (3 * 2000);
        Assert.Equal((3 * Media) + ((text + 3) / 4) + 1, Counted(body));
    }

    [Theory]
    [InlineData(null, null, 1584, 6240)]
    [InlineData("auto", "auto", 1584, 6240)]
    [InlineData("1024x1024", "low", 272, 272)]
    [InlineData("1024x1024", "standard", 1056, 1056)]
    [InlineData("1024x1024", "auto", 1056, 4160)]
    [InlineData("1536x1024", "medium", 1568, 1568)]
    [InlineData("1536x1024", "high", 6208, 6208)]
    [InlineData("1024x1536", "hd", 6240, 6240)]
    [InlineData("1792x1024", "low", 6240, 6240)]
    [InlineData("1024x1024", "ultra", 6240, 6240)]
    public void Pictures_in_an_answer_by_size_and_quality(string? size, string? quality, long each, long held)
    {
        var members = (size is null ? "" : $",\"size\":\"{size}\"")
            + (quality is null ? "" : $",\"quality\":\"{quality}\"");
        var body = Encoding.UTF8.GetBytes($"{{\"model\":\"m\",\"prompt\":\"p\",\"n\":3{members}}}");
        Assert.Null(CallRequest.Read(OpenAi.Images, body, null, out var request));
        Assert.Equal((each, 3 * held), (request.TokensPerPicture, request.OutputTokensLimit));
    }

    private static long Counted(string body)
    {
        Assert.Null(CallRequest.Read(OpenAi.Chat, Encoding.UTF8.GetBytes(body), null, out var request));
        return request.CountedInputTokens;
    }
}

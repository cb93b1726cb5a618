using System.Text;
using SupplyApi.Features.Signing;

namespace SupplyApi.Tests.Signing;

/// <summary>What is signed, byte by byte: openssl said the same.</summary>
public sealed class SignaturesAgree
{
    private const string Body = """{"userId":"user_001","platform":"TAOBAO"}""";
    private const int Turns = 300;

    private static readonly byte[] Secret = "your_app_secret"u8.ToArray();

    private static readonly SignedParts Parts =
        new("POST", "/api/v1/intents", "1708851000000", Encoding.UTF8.GetBytes(Body));

    private static readonly SecondParts More = new(
        "app_0123456789abcdef0123456789abcdef", "5f0c9a3e7b1d48269e0c4f7a8d2b6c13",
        [("content-type", "application/json"), ("host", "127.0.0.1:8080")]);

    // printf %s 'POST/api/v1/intents1708851000000{"userId":"user_001","platform":"TAOBAO"}' |
    //   openssl dgst -sha256 -hmac your_app_secret
    [Fact]
    public void The_example_of_the_open_api_document() => Assert.Equal(
        "247014753c58bbbea7d88d41aeb338cb4806f87746b036b9ee578afdfede322e",
        Convert.ToHexStringLower(RequestSignature.First(Secret, Parts)));

    // printf 'SUPPLY-HMAC-SHA256-2\nPOST\n/api/v1/intents\npage=1\n1708851000000\n5f0c…\napp_0123…\n
    //   content-type;host\ncontent-type:application/json\nhost:127.0.0.1:8080\n%s' <SHA-256 of the body> |
    //   openssl dgst -sha256 -hmac your_app_secret
    [Fact]
    public void The_second_profile_has_lines() => Assert.Equal(
        "fc62c02b6d09b48c77d77266e5ea0d823930cb8d7072375a8d67a7f3216fc1dc",
        Convert.ToHexStringLower(
            RequestSignature.Second(Secret, Parts with { Target = "/api/v1/intents?page=1" }, More)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_byte_that_is_another_makes_another_signature(int seed)
    {
        var random = new Random(seed);
        var (first, second) = (RequestSignature.First(Secret, Parts), RequestSignature.Second(Secret, Parts, More));
        for (var turn = 0; turn < Turns; turn++)
        {
            var secret = random.Next(8) == 0 ? Altered(random, Secret) : Secret;
            var parts = secret != Secret ? Parts : random.Next(4) switch
            {
                0 => Parts with { Method = Altered(random, Parts.Method) },
                1 => Parts with { Target = Altered(random, Parts.Target) },
                2 => Parts with { Timestamp = Altered(random, Parts.Timestamp) },
                _ => Parts with { Body = Altered(random, Parts.Body.ToArray()) },
            };
            Assert.NotEqual(first, RequestSignature.First(secret, parts));
            Assert.NotEqual(second, RequestSignature.Second(secret, parts, More));
        }
    }

    [Theory]
    [InlineData(3)]
    public void The_second_profile_signs_app_nonce_and_headers(int seed)
    {
        var random = new Random(seed);
        var second = RequestSignature.Second(Secret, Parts, More);
        for (var turn = 0; turn < Turns; turn++)
        {
            var more = random.Next(4) switch
            {
                0 => More with { AppId = Altered(random, More.AppId) },
                1 => More with { Nonce = Altered(random, More.Nonce) },
                2 => More with { Headers = [More.Headers[0], ("host", Altered(random, "127.0.0.1:8080"))] },
                _ => More with { Headers = [("content-type", "application/json")] },
            };
            Assert.NotEqual(second, RequestSignature.Second(Secret, Parts, more));
        }
    }

    /// <summary>Why there is a second profile: the first cannot tell where a part ends.</summary>
    [Fact]
    public void Only_the_second_tells_parts_apart()
    {
        var shifted = Parts with { Target = "/api/v1/intents1", Timestamp = "708851000000" };
        Assert.Equal(RequestSignature.First(Secret, Parts), RequestSignature.First(Secret, shifted));
        Assert.NotEqual(RequestSignature.Second(Secret, Parts, More), RequestSignature.Second(Secret, shifted, More));
    }

    private static string Altered(Random random, string text) =>
        Encoding.Latin1.GetString(Altered(random, Encoding.Latin1.GetBytes(text)));

    private static byte[] Altered(Random random, byte[] bytes)
    {
        var copy = (byte[])bytes.Clone();
        copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return copy;
    }
}

using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// An estimate for where a provider reports nothing: four ASCII bytes make a token, any other character is one. A
/// picture or sound, which is a string of base64 longer than 1 KiB that is a data URL or the value of a member named
/// data or b64_json, is 1,600 tokens, whatever its length. Published as the rule, so that a bill can be checked without
/// the provider's own tokenizer.
/// </summary>
internal struct TokenCount
{
    private const int AsciiBytesPerToken = 4;
    private const int MediaBytesMin = 1024;
    private const int MediaTokens = 1600;

    // The slash may be escaped, as JSON allows.
    private static readonly SearchValues<byte> Base64 = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\\"u8);

    private long asciiBytes;
    private long otherCharacters;
    private long media;

    internal readonly long Tokens =>
        ((asciiBytes + AsciiBytesPerToken - 1) / AsciiBytesPerToken) + otherCharacters + (media * MediaTokens);

    internal static long Of(ReadOnlySpan<byte> utf8)
    {
        var count = default(TokenCount);
        count.Add(utf8);
        return count.Tokens;
    }

    internal void Add(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            asciiBytes += utf8.Length;
            return;
        }

        var (others, followers) = (0L, 0L);
        var blocks = MemoryMarshal.Cast<byte, Vector128<byte>>(utf8);
        foreach (var block in blocks)
        {
            var high = block.ExtractMostSignificantBits();
            if (high == 0) continue;
            // 10xxxxxx follows the first byte of a character and does not count.
            var isFollower = Vector128.Equals(block & Vector128.Create((byte)0xC0), Vector128.Create((byte)0x80));
            others += BitOperations.PopCount(high);
            followers += BitOperations.PopCount(isFollower.ExtractMostSignificantBits());
        }

        foreach (var one in utf8[(blocks.Length * Vector128<byte>.Count)..])
        {
            if (one >= 0x80) others++;
            if (one is >= 0x80 and < 0xC0) followers++;
        }

        asciiBytes += utf8.Length - others;
        otherCharacters += others - followers;
    }

    internal void AddMedia() => media++;

    /// <param name="name">Of the member, in its quotes.</param>
    /// <param name="text">The value, without its quotes.</param>
    internal static bool IsMedia(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (text.Length <= MediaBytesMin) return false;
        if (text.StartsWith("data:"u8))
        {
            const int headMax = 200;
            var mark = text[..headMax].IndexOf(";base64,"u8);
            return mark >= 0 && !text[(mark + ";base64,".Length)..].ContainsAnyExcept(Base64);
        }

        return (name.SequenceEqual("\"data\""u8) || name.SequenceEqual("\"b64_json\""u8))
            && !text.ContainsAnyExcept(Base64);
    }
}

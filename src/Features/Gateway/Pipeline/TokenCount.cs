namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// An estimate for where a provider reports nothing: four ASCII bytes make a token, any other character is one.
/// Published as the rule, so that a bill can be checked without the provider's own tokenizer.
/// </summary>
internal struct TokenCount
{
    private const int AsciiBytesPerToken = 4;

    private long asciiBytes;
    private long otherCharacters;

    internal readonly long Tokens => ((asciiBytes + AsciiBytesPerToken - 1) / AsciiBytesPerToken) + otherCharacters;

    internal static long Of(ReadOnlySpan<byte> utf8)
    {
        var count = default(TokenCount);
        count.Add(utf8);
        return count.Tokens;
    }

    internal void Add(ReadOnlySpan<byte> utf8)
    {
        foreach (var one in utf8)
        {
            if (one < 0x80) asciiBytes++;
            else if (one >= 0xC0) otherCharacters++; // The first byte of a character; the others do not count.
        }
    }
}

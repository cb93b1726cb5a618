using System.Buffers;
using System.Buffers.Text;
using System.Text;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// A JSON Web Token (RFC 7519, RFC 7515) that a consumer signed for itself: read, and not yet believed.
/// </summary>
internal sealed record ConsumerToken(
    string Algorithm, string? KeyId, string Issuer, string[] Audiences, DateTimeOffset NotBefore,
    DateTimeOffset ExpiresAt, byte[] Signed, byte[] Signature)
{
    internal const int LengthMax = 8 * 1024;
    private const int AudiencesMax = 20;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    internal static bool LooksLike(ReadOnlySpan<char> text) =>
        text.Length is > Secrets.ApiKeyLength and <= LengthMax && text.StartsWith("ey") && text.Count('.') == 2;

    /// <summary>Null when it is none, has no end, or asks for something that is not understood.</summary>
    internal static ConsumerToken? Read(string text)
    {
        var (first, last) = (text.IndexOf('.'), text.LastIndexOf('.'));
        try
        {
            if (Part(text.AsSpan(0, first)) is not { } head
                || Part(text.AsSpan(first + 1, last - first - 1)) is not { } body
                || Part(text.AsSpan(last + 1)) is not { } signature)
                return null;
            using var header = JsonDocument.Parse(head);
            using var claims = JsonDocument.Parse(body);
            return Read(header.RootElement, claims.RootElement, Encoding.ASCII.GetBytes(text[..last]), signature);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return null; // A claim of another type than the RFC gives it.
        }
    }

    /// <summary>Signed by one of these keys, and it is its time.</summary>
    internal bool IsGood(PublicKeySet keys, DateTimeOffset now) =>
        NotBefore <= now + ClockSkew && ExpiresAt > now
        && keys.Keys.Any(key => (KeyId is null || key.Kid == KeyId) && key.Alg == Algorithm
            && TokenSignature.IsBy(key, Signed, Signature));

    private static ConsumerToken? Read(JsonElement header, JsonElement claims, byte[] signed, byte[] signature)
    {
        // "crit" names what must be understood, and nothing of it is.
        if (header.TryGetProperty("crit", out _) || Text(header, "alg") is not { } algorithm
            || Text(claims, "iss") is not { } issuer || AudiencesOf(claims) is not { Length: > 0 } audiences
            || Instant(claims, "exp") is not { } expiresAt)
            return null;
        var notBefore = Instant(claims, "nbf") ?? DateTimeOffset.MinValue;
        return new(algorithm, Text(header, "kid"), issuer, audiences, notBefore, expiresAt, signed, signature);
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string[] AudiencesOf(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var aud)) return [];
        return aud.ValueKind == JsonValueKind.Array
            ? [.. aud.EnumerateArray().Take(AudiencesMax).Select(static one => one.GetString() ?? "")]
            : [aud.GetString() ?? ""];
    }

    // NumericDate: seconds, which may have a fraction.
    private static DateTimeOffset? Instant(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value)
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(value.GetDouble(), 0, 253_402_300_799))
            : null;

    private static byte[]? Part(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, bytes, out var read, out var length) == OperationStatus.Done
            && read == text.Length
            ? bytes[..length]
            : null;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// A JSON Web Token (RFC 7519, RFC 7515) that a consumer signed for itself: read, and not yet believed.
/// </summary>
internal sealed record ConsumerToken(
    string Algorithm, string KeyId, string Issuer, string[] Audiences, DateTimeOffset NotBefore,
    DateTimeOffset ExpiresAt, byte[] Signed, byte[] Signature)
{
    internal const int LengthMax = 8 * 1024;
    private const int AudiencesMax = 20;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    internal static bool LooksLike(ReadOnlySpan<char> text) =>
        text.Length is > Secrets.ApiKeyLength and <= LengthMax && text.StartsWith("ey") && text.Count('.') == 2;

    /// <summary>
    /// Null when it is none, has no end, asks for something that is not understood, or has a name that nothing can be
    /// found by.
    /// </summary>
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

    /// <summary>The kids that its key is found by: what it names, else a key without a name; that is ''.</summary>
    internal string[] Kids => KeyId.Length > 0 ? [KeyId, ""] : [""];

    internal bool IsOfNow(DateTimeOffset now) => NotBefore <= now + ClockSkew && ExpiresAt > now;

    /// <summary>Signed by the key that it names; there may be two of one name while a signer changes over.</summary>
    internal bool IsSignedBy(PublicKeySet keys) => keys.Keys.Any(key =>
        (key.Kid is null || key.Kid == KeyId) && key.Alg == Algorithm && TokenSignature.IsBy(key, Signed, Signature));

    private static ConsumerToken? Read(JsonElement header, JsonElement claims, byte[] signed, byte[] signature)
    {
        // "crit" names what must be understood, and nothing of it is.
        if (header.TryGetProperty("crit", out _) || Text(header, "alg") is not { } algorithm
            || Text(claims, "iss") is not { } issuer || AudiencesOf(claims) is not { Length: > 0 } audiences
            || Instant(claims, "exp") is not { } expiresAt)
            return null;
        var kid = Text(header, "kid") ?? "";
        if (!IsName(issuer) || !IsName(kid) || !audiences.All(IsName)) return null;
        var notBefore = Instant(claims, "nbf") ?? DateTimeOffset.MinValue;
        return new(algorithm, kid, issuer, audiences, notBefore, expiresAt, signed, signature);
    }

    // No credential is registered under another, and the database could not even look for NUL.
    private static bool IsName(string text) => !text.Any(char.IsControl);

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

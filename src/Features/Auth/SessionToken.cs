using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SupplyApi.Features.Auth;

/// <summary>
/// A JWT (RFC 7519) signed with HS256: who, since when, until when. Rights are read fresh per request.
/// </summary>
/// <param name="Epoch">The user's session epoch at sign-in; raising it ends every session before.</param>
internal sealed record SessionToken(long UserId, int Epoch, DateTimeOffset ExpiresAt)
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    internal static string Issue(Secrets secrets, long userId, int epoch, DateTimeOffset now)
    {
        var claims = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(claims))
        {
            json.WriteStartObject();
            json.WriteString("sub", userId.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("epoch", epoch);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Life).ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        var signed = $"{Header}.{Base64Url.EncodeToString(claims.WrittenSpan)}";
        return $"{signed}.{Base64Url.EncodeToString(secrets.SessionMac(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>
    /// Null unless it is ours, unaltered and not expired. The header is compared whole: no other algorithm.
    /// </summary>
    internal static SessionToken? Verify(Secrets secrets, string token, DateTimeOffset now)
    {
        var last = token.LastIndexOf('.');
        if (last <= Header.Length || !token.StartsWith(Header + ".", StringComparison.Ordinal)) return null;

        Span<byte> mac = stackalloc byte[64];
        if (!Base64Url.IsValid(token.AsSpan(last + 1))) return null;
        if (!Base64Url.TryDecodeFromChars(token.AsSpan(last + 1), mac, out var length)) return null;
        if (!Secrets.SameBytes(mac[..length], secrets.SessionMac(Encoding.ASCII.GetBytes(token[..last])))) return null;

        var payload = token.AsSpan(Header.Length + 1, last - Header.Length - 1);
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        return expiresAt <= now
            ? null
            : new SessionToken(
                long.Parse(claims.RootElement.GetProperty("sub").GetString()!, CultureInfo.InvariantCulture),
                claims.RootElement.GetProperty("epoch").GetInt32(), expiresAt);
    }
}

/// <summary>What every way of signing in answers.</summary>
internal sealed record SignedIn(string Token, UserProfile User);

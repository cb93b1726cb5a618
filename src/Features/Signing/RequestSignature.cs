using System.Text;

namespace SupplyApi.Features.Signing;

/// <summary>
/// What of a request is signed, as pure functions. The first profile is the open API document's own: method, path with
/// query, timestamp and body in a row. The second has its parts in lines of their own, so that none can run over into
/// the next, and signs the app, a nonce and chosen headers too.
/// </summary>
internal static class RequestSignature
{
    internal const string SecondName = "SUPPLY-HMAC-SHA256-2";
    internal const int Bytes = 32;

    internal static byte[] First(ReadOnlySpan<byte> secret, SignedParts parts) => Secrets.SharedMac(
        secret, Encoding.Latin1.GetBytes($"{parts.Method}{parts.Target}{parts.Timestamp}"), parts.Body.Span);

    internal static byte[] Second(ReadOnlySpan<byte> secret, SignedParts parts, SecondParts more) =>
        Secrets.SharedMac(secret, Encoding.Latin1.GetBytes(Text(parts, more)));

    /// <summary>The text that the second profile signs. Header values are as sent: a byte is a character.</summary>
    internal static string Text(SignedParts parts, SecondParts more)
    {
        var query = parts.Target.IndexOf('?');
        var text = new StringBuilder();
        Line(SecondName);
        Line(parts.Method);
        Line(query < 0 ? parts.Target : parts.Target[..query]);
        Line(query < 0 ? "" : parts.Target[(query + 1)..]);
        Line(parts.Timestamp);
        Line(more.Nonce);
        Line(more.AppId);
        Line(string.Join(';', more.Headers.Select(static one => one.Name)));
        foreach (var (name, value) in more.Headers) Line($"{name}:{value}");
        return text.Append(Convert.ToHexStringLower(Secrets.Hash(parts.Body.Span))).ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }
}

/// <summary>What both profiles sign.</summary>
/// <param name="Target">Path and query exactly as they were sent.</param>
/// <param name="Timestamp">Milliseconds since 1970, as they were sent.</param>
internal readonly record struct SignedParts(string Method, string Target, string Timestamp, ReadOnlyMemory<byte> Body);

/// <summary>What only the second profile signs.</summary>
/// <param name="Headers">Sorted by name, in small letters; values without white space around them.</param>
internal sealed record SecondParts(string AppId, string Nonce, IReadOnlyList<(string Name, string Value)> Headers);

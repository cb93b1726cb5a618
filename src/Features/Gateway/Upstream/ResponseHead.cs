using System.Text;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// What a gateway needs to know of a response's head (RFC 9112 §4 to §6). Strict where two readers could differ about
/// where a body ends: such a response is none.
/// </summary>
internal ref struct ResponseHead
{
    private bool hasEncoding;

    internal int Status { get; private set; }

    /// <summary>-1: not told.</summary>
    internal long Length { get; private set; }
    internal bool IsChunked { get; private set; }

    /// <summary>The connection serves another request afterwards.</summary>
    internal bool IsKept { get; private set; }
    internal ReadOnlySpan<byte> Type { get; private set; }
    internal ReadOnlySpan<byte> RetryAfter { get; private set; }
    internal ReadOnlySpan<byte> Date { get; private set; }

    internal readonly bool HasBody => Status is not (>= 100 and < 200 or 204 or 304);

    /// <summary>Where the head ends with its empty line; 0 when more bytes are needed.</summary>
    /// <param name="bytes">All that came.</param>
    /// <param name="scanned">How many of them need no second look.</param>
    internal static int EndOf(ReadOnlySpan<byte> bytes, ref int scanned)
    {
        while (bytes[scanned..].IndexOf((byte)'\n') is >= 0 and var found)
        {
            var next = scanned + found + 1;
            if (next < bytes.Length && bytes[next] == '\n') return next + 1;
            if (next + 1 < bytes.Length && bytes[next] == '\r' && bytes[next + 1] == '\n') return next + 2;
            if (next + 1 >= bytes.Length) return 0;
            scanned = next;
        }

        scanned = bytes.Length;
        return 0;
    }

    /// <summary>False: this is no response, or one of which it is not sure where it ends.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out ResponseHead head)
    {
        head = new ResponseHead { Length = -1 };
        if (!head.ReadStatus(NextLine(ref bytes))) return false;
        while (NextLine(ref bytes) is { IsEmpty: false } line)
        {
            if (!head.ReadField(line)) return false;
        }

        if (!head.hasEncoding) return true;
        // Both told: somebody in between may have understood it otherwise (§6.3).
        if (head.Length >= 0) (head.Length, head.IsKept) = (-1, false);
        return head.IsChunked;
    }

    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) return [];
        var line = bytes[..end];
        bytes = bytes[(end + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    // HTTP/1.1 200 OK
    private bool ReadStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ' || !char.IsAsciiDigit((char)line[7]))
            return false;
        if (line.Length > 12 && line[12] != ' ') return false;
        foreach (var digit in line[9..12])
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            Status = (Status * 10) + digit - '0';
        }

        IsKept = line[7] != '0';
        return Status is >= 100 and <= 599 and not 101;
    }

    private bool ReadField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        // A space at the front continues the line before; one before the colon is understood in different ways.
        if (colon <= 0 || line[..colon].ContainsAny((byte)' ', (byte)'\t')) return false;
        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (Is(name, "content-length"u8)) return ReadLength(value);
        if (Is(name, "transfer-encoding"u8)) return ReadEncoding(value);
        if (Is(name, "connection"u8)) IsKept &= !HasToken(value, "close"u8);
        else if (Is(name, "content-type"u8)) Type = value;
        else if (Is(name, "retry-after"u8)) RetryAfter = value;
        else if (Is(name, "date"u8)) Date = value;
        return true;
    }

    private bool ReadLength(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.Length > 18) return false;
        var length = 0L;
        foreach (var digit in value)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            length = (length * 10) + digit - '0';
        }

        if (Length >= 0 && Length != length) return false;
        Length = length;
        return true;
    }

    private bool ReadEncoding(ReadOnlySpan<byte> value)
    {
        if (hasEncoding) return false;
        hasEncoding = true;
        return IsChunked = Is(value, "chunked"u8);
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var one in list.Split((byte)','))
        {
            if (Is(list[one].Trim(" \t"u8), token)) return true;
        }

        return false;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        text.Length == lower.Length && Ascii.EqualsIgnoreCase(text, lower);
}

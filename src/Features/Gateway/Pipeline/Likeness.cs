using System.Buffers;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Most pieces of a stream are like the one before but for the text that the model wrote. Once one was read, and all
/// that it told was one text, the next whose other bytes are the same needs no reading, and no search for its end: its
/// text stands between them.
/// </summary>
internal struct Likeness
{
    private const int BytesMax = 2048;

    // With none of these before its quote it is one string, and the JSON and the lines around it are as they were.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
    [
        (byte)'"', (byte)'\\',
        .. Array.ConvertAll<int, byte>([.. Enumerable.Range(0, 0x20)], static one => (byte)one),
    ]);

    private byte[]? known;
    private int before;
    private int after;

    /// <summary>Nothing is known of what comes.</summary>
    internal void Forget() => after = 0;

    /// <param name="start">Of the text in the piece, after its quote.</param>
    /// <param name="length">Of the text.</param>
    internal void Keep(ReadOnlySpan<byte> piece, int start, int length)
    {
        if (piece.Length > BytesMax) return;
        (before, after) = (start, piece.Length - start - length);
        known ??= new byte[BytesMax];
        piece[..before].CopyTo(known);
        piece[(start + length)..].CopyTo(known.AsSpan(before));
    }

    /// <summary>How long the piece is that comes first, when it is like the one that is kept; else 0.</summary>
    internal readonly int Find(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (after == 0 || !bytes.StartsWith(known.AsSpan(0, before))) return 0;

        var rest = bytes[before..];
        var end = rest[..Math.Min(rest.Length, BytesMax)].IndexOfAny(Special);
        if (end < 0 || !rest[end..].StartsWith(known.AsSpan(before, after))) return 0;
        text = rest[..end];
        return before + end + after;
    }
}

using System.Buffers;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Most events of a stream are like the one before but for the text that the model wrote. Once one was read, and all
/// that it told was one text, the next whose other bytes are the same needs no reading: its text stands between them.
/// </summary>
internal struct Likeness
{
    private const int BytesMax = 2048;

    // With none of these between the quotes it is one string, and the JSON around it is as it was.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
    [
        (byte)'"', (byte)'\\',
        .. Array.ConvertAll<int, byte>([.. Enumerable.Range(0, 0x20)], static one => (byte)one),
    ]);

    private byte[]? known;
    private int before;
    private int after;
    private int texts;
    private int start;
    private int length;
    private bool isSpoiled;

    internal readonly bool TryFind(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (after == 0 || json.Length < before + after) return false;
        if (!json.StartsWith(known.AsSpan(0, before)) || !json.EndsWith(known.AsSpan(before, after))) return false;
        text = json[before..^after];
        return !text.ContainsAny(Special);
    }

    /// <summary>A value is read.</summary>
    internal void Begin() => (texts, isSpoiled) = (0, false);

    /// <summary>It told a text, which stands there.</summary>
    internal void Note(int at, int bytes) => (texts, start, length) = (texts + 1, at, bytes);

    /// <summary>It told something else as well.</summary>
    internal void Spoil() => isSpoiled = true;

    /// <summary>It is read to its end.</summary>
    internal void Keep(ReadOnlySpan<byte> json)
    {
        if (texts != 1 || isSpoiled || json.Length > BytesMax) return;
        (before, after) = (start, json.Length - start - length);
        if (known is null || known.Length < before + after) known = new byte[before + after];
        json[..before].CopyTo(known);
        json[(start + length)..].CopyTo(known.AsSpan(before));
    }
}

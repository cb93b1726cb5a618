using System.Buffers;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>A JSON array of objects as bytes, of which one element after the other arrives.</summary>
internal struct ElementStream
{
    private static readonly SearchValues<byte> InText = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> Outside = SearchValues.Create("\"{}"u8);

    private int at;
    private int depth;
    private bool isText;

    /// <summary>How many bytes were looked at: each once, however often it is asked.</summary>
    internal long Scanned { get; private set; }

    /// <summary>
    /// The length of the first whole element with what precedes it, or 0 when more bytes are needed: then ask again
    /// with the same ones and more behind them.
    /// </summary>
    internal int NextEnd(ReadOnlySpan<byte> bytes)
    {
        while (at < bytes.Length)
        {
            var found = bytes[at..].IndexOfAny(isText ? InText : Outside);
            Scanned += found < 0 ? bytes.Length - at : found + 1;
            if (found < 0) break;

            at += found + 1;
            switch (bytes[at - 1])
            {
                case (byte)'\\':
                    at++; // Whatever it is, it does not end the text.
                    break;
                case (byte)'"':
                    isText = !isText;
                    break;
                case (byte)'{':
                    depth++;
                    break;
                default:
                    if (--depth > 0) break;
                    var length = at;
                    Restart();
                    return length;
            }
        }

        at = Math.Max(at, bytes.Length); // One more where the next byte is escaped.
        return 0;
    }

    /// <summary>The next bytes are the first of an element.</summary>
    internal void Restart() => (at, depth, isText) = (0, 0, false);

    /// <summary>The object itself; empty where there is only what stands between and after elements.</summary>
    internal static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> element) =>
        element.IndexOf((byte)'{') is >= 0 and var start ? element[start..] : [];
}

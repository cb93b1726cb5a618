namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// A body in chunks (RFC 9112 §7.1), read as it comes in pieces of any length. Extensions and trailers are passed over.
/// </summary>
internal struct ChunkedBody
{
    private const int LineMax = 4096;
    private const int TrailersMax = 32 * 1024;

    private Part part;
    private long left;
    private int seen;

    private enum Part
    {
        Size,
        Extension,
        SizeEnd,
        Content,
        ContentEnd,
        TrailerStart,
        Trailer,
        LastEnd,
        Ended,
    }

    internal readonly bool IsEnded => part == Part.Ended;

    /// <summary>Moves the content to the front.</summary>
    /// <param name="bytes">What comes next, with its framing.</param>
    /// <param name="used">All of them, unless the body ends before.</param>
    /// <returns>How much content there is; -1 for what is no body in chunks.</returns>
    internal int Read(Span<byte> bytes, out int used)
    {
        var length = 0;
        used = 0;
        while (used < bytes.Length && part != Part.Ended)
        {
            if (part == Part.Content)
            {
                var more = (int)Math.Min(left, bytes.Length - used);
                bytes.Slice(used, more).CopyTo(bytes[length..]);
                (length, used) = (length + more, used + more);
                left -= more;
                if (left == 0) part = Part.ContentEnd;
            }
            else if (!Step(bytes[used++]))
            {
                return -1;
            }
        }

        return length;
    }

    // A line may end in a bare LF, as §2.2 allows.
    private bool Step(byte next)
    {
        switch (part)
        {
            case Part.Size:
                if (HexOf(next) is >= 0 and var digit) return Grow(digit);
                if (seen == 0) return false;
                if (next == '\n') return EndSize();
                if (next == '\r') part = Part.SizeEnd;
                else if (next is (byte)';' or (byte)' ' or (byte)'\t') part = Part.Extension;
                else return false;
                return true;
            case Part.Extension:
                if (next == '\n') return EndSize();
                return ++seen <= LineMax;
            case Part.SizeEnd:
                return next == '\n' && EndSize();
            case Part.ContentEnd:
                if (next == '\r' && seen++ == 0) return true;
                (part, seen) = (Part.Size, 0);
                return next == '\n';
            case Part.TrailerStart:
                part = next switch { (byte)'\n' => Part.Ended, (byte)'\r' => Part.LastEnd, _ => Part.Trailer };
                return ++seen <= TrailersMax;
            case Part.Trailer:
                if (next == '\n') part = Part.TrailerStart;
                return ++seen <= TrailersMax;
            default:
                part = Part.Ended;
                return next == '\n';
        }
    }

    private bool Grow(int digit)
    {
        left = (left << 4) | (uint)digit;
        return ++seen <= 15; // More than 2^60 is no size.
    }

    private bool EndSize()
    {
        (part, seen) = (left == 0 ? Part.TrailerStart : Part.Content, 0);
        return true;
    }

    private static int HexOf(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}

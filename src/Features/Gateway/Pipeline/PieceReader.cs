using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Finds the pieces of an answer in its buffer, has each metered, and says how much can be shown: all that is whole,
/// but for what may be the last, which waits until more comes, or nothing.
/// </summary>
internal sealed class PieceReader(GatewayExchange exchange)
{
    private readonly AnswerBuffer buffer = exchange.Buffer;
    private EventStream events;
    private ElementStream elements;
    private Likeness alike;

    /// <summary>The held money is used up, and the stream's end is in the buffer.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>How many bytes were looked at for the ends of pieces.</summary>
    internal long Scanned => events.Scanned + elements.Scanned;

    /// <summary>An answer begins.</summary>
    internal void Begin()
    {
        (events, elements, IsCut) = (default, default, false);
        alike.Forget();
    }

    /// <summary>How much of the buffer's front is to be shown now; what is kept stands behind it.</summary>
    internal int Take(bool ended)
    {
        var (start, showable) = TakePieces();
        if (ended || exchange.Meter.SawEnd || IsCut)
        {
            // A unary answer is kept whole until its end, so that its usage can be read.
            if (exchange.Framing != Framing.Whole && !exchange.Meter.SawEnd && !IsCut && start < buffer.Length)
                TakePiece(start, buffer.Length - start);
            // What came together with the end goes out together with it.
            (start, showable) = (buffer.Length, 0);
        }
        else if (buffer.Length - start >= exchange.Protocol.PieceBytesMax)
        {
            // A huge one passes unread.
            Restart();
            (exchange.IsTorn, exchange.MayComment) = (true, false);
            start = showable = buffer.Length;
        }

        buffer.Kept = start - showable;
        return showable;
    }

    /// <summary>Nothing was shown yet: in place of what is no JSON another supplier may have an answer.</summary>
    internal bool IsAnswer()
    {
        var body = buffer.Span;
        if (exchange.Framing == Framing.Elements)
            return exchange.HasShown || buffer.Kept > 0 || body.TrimStart(" \t\r\n"u8).StartsWith("["u8);

        exchange.Meter.End();
        if (exchange.HasShown) return true;
        exchange.Meter.Read(body);
        return !exchange.Meter.SawGarbage
            && !(exchange.Meter.IsError && AccountWords.StandIn(body, exchange.Credential));
    }

    private (int Start, int Showable) TakePieces()
    {
        var meter = exchange.Meter;
        var (start, showable) = (buffer.Kept, 0);
        while (!meter.SawEnd)
        {
            var delivered = meter.DeliveredTokens;
            var length = TakeAlike(start);
            if (length == 0)
            {
                length = NextEnd(buffer.Span[start..]);
                if (length == 0) break;
                length = TakePiece(start, length);
                if (meter.SawEnd) break;
                if (length == 0) continue;
            }

            start += length;
            showable = meter.LooksLast ? start - length : start;
            if (meter.OutputSoFar <= exchange.Coverage.Until || meter.DeliveredTokens == delivered) continue;
            if (meter.LooksLast || exchange.Coverage.Covers(meter.OutputSoFar) || !Cut(start - length, start)) continue;
            break;
        }

        return (start, showable);
    }

    private int TakeAlike(int start)
    {
        var length = alike.Find(buffer.Span[start..], out var text);
        if (length == 0) return 0;

        exchange.Meter.ReadText(text);
        Restart();
        return length;
    }

    // An event that ends in a CR may go on with an LF.
    private void Keep(int start, int length, ReadOnlySpan<byte> value)
    {
        var piece = buffer.Span.Slice(start, length);
        if (exchange.Meter.OnlyText is not { } text || piece[^1] == '\r') return;
        piece.Overlaps(value, out var at);
        alike.Keep(piece, at + text.Start, text.Length);
    }

    // Whoever was looking for an end looks for the next one.
    private void Restart()
    {
        events.Restart();
        elements.Restart();
    }

    /// <summary>Metered, and taken out if it is not the caller's. Its length now.</summary>
    private int TakePiece(int start, int length)
    {
        var piece = buffer.Span.Slice(start, length);
        var meter = exchange.Meter;
        var (isHidden, mustNotPass, values) = (false, false, 0);
        if (exchange.Framing == Framing.Elements)
        {
            if (ElementStream.ValueOf(piece) is { IsEmpty: false } value) Read(value);
        }
        else
        {
            foreach (var value in EventStream.ValuesOf(piece))
            {
                if (value.SequenceEqual("[DONE]"u8)) meter.End();
                else isHidden = Read(value);
            }
        }

        if (mustNotPass) return Retell(start, length);
        if (!isHidden || exchange.Request.WantsUsage || meter.SawEnd) return length;
        buffer.Replace(start, start + length, []);
        return 0;

        bool Read(ReadOnlySpan<byte> value)
        {
            var isOurs = meter.Read(value);
            mustNotPass |= meter.IsError && AccountWords.StandIn(value, exchange.Credential);
            if (++values == 1) Keep(start, length, value);
            else alike.Forget();
            return isOurs && exchange.Framing == Framing.Events;
        }
    }

    /// <summary>The provider's words tell of the supplier's account, so ours take their place.</summary>
    private int Retell(int start, int length)
    {
        var http = exchange.Http;
        var error = Dialect.Of(http.Request).Render(AccountWords.Instead, http.TraceIdentifier);
        var isElement = exchange.Framing == Framing.Elements;
        var from = isElement ? start + buffer.Span[start..].IndexOf((byte)'{') : start;
        var told = isElement ? error : exchange.Protocol.Failure(exchange.Framing, error.Span);
        buffer.Replace(from, start + length, told.Span);
        return from + told.Length - start;
    }

    private bool Cut(int from, int until)
    {
        var piece = buffer.Span[from..until];
        var last = exchange.Framing == Framing.Elements ? ElementStream.ValueOf(piece) : LastValue(piece);
        var end = exchange.Protocol.Cut(exchange, last);
        if (end.IsEmpty) return false;

        buffer.Replace(until, buffer.Length, end.Span);
        return IsCut = true;
    }

    private static ReadOnlySpan<byte> LastValue(ReadOnlySpan<byte> piece)
    {
        ReadOnlySpan<byte> last = [];
        foreach (var value in EventStream.ValuesOf(piece)) last = value;
        return last;
    }

    private int NextEnd(ReadOnlySpan<byte> bytes) => exchange.Framing switch
    {
        Framing.Events => events.NextEnd(bytes),
        Framing.Elements => elements.NextEnd(bytes),
        _ => 0,
    };
}

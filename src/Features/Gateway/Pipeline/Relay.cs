using System.Buffers;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 5: the answer as it comes, one flush per event of a stream, all but its last piece: that is shown after the bill is
/// on the books, so that nothing that looks finished is unpaid. Whoever is being awaited is to blame for a failure: the
/// provider while reading, the client while writing.
/// </summary>
internal sealed class Relay(GatewayTerms terms)
{
    private const int BufferBytes = 16 * 1024;
    private const int EventBytesMax = 16 * 1024 * 1024;

    internal async Task RunAsync(GatewayExchange exchange)
    {
        var answer = exchange.Answer!;
        var response = exchange.Http.Response;
        exchange.Framing = answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? Framing.Events
            : exchange.Protocol.IsArray ? Framing.Elements
            : Framing.Whole;
        exchange.LastPiece = default;
        var isStream = exchange.Framing != Framing.Whole;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = answer.Content.Headers.ContentType?.ToString() ?? "application/json";
        if (isStream) response.Headers.CacheControl = "no-cache";
        if (isStream) response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back

        exchange.MayTryAnother = false;
        exchange.Ending = await CopyAsync(exchange, answer);
        if (exchange.Ending != Ending.Completed)
            exchange.Refusal = Errors.Upstream(StatusCodes.Status502BadGateway, "The provider broke off its answer.");
        if (exchange.Ending == Ending.UpstreamFailed && !response.HasStarted)
        {
            exchange.Ending = Ending.UpstreamFailedBeforeFirstByte;
            exchange.MayTryAnother = true;
            response.Clear();
            response.Headers["X-Request-Id"] = exchange.Http.TraceIdentifier;
        }
    }

    /// <summary>7: what was kept back.</summary>
    internal static async Task FinishAsync(GatewayExchange exchange)
    {
        if (exchange.LastPiece.IsEmpty) return;

        var http = exchange.Http;
        if (!http.Response.HasStarted) http.Response.ContentLength = exchange.LastPiece.Length;
        try
        {
            await http.Response.BodyWriter.WriteAsync(exchange.LastPiece, http.RequestAborted);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client left with the provider's work done and billed: nobody is there to be told.
        }
    }

    /// <summary>A stream that failed says so as its protocol does, or breaks off: it must not look finished.</summary>
    internal static async Task BreakOffAsync(GatewayExchange exchange, Refusal refusal)
    {
        var http = exchange.Http;
        var error = Dialect.Of(http.Request).Render(refusal, http.TraceIdentifier);
        var failure = exchange.Protocol.Failure(exchange.Framing, error.Span);
        if (failure.IsEmpty || exchange.IsTorn || http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            return;
        }

        // An answer that is whole and not on the books keeps its end to itself.
        var kept = exchange.Ending == Ending.Completed ? default : exchange.LastPiece;
        exchange.LastPiece = (byte[])[.. kept.Span, .. failure.Span];
        await FinishAsync(exchange);
    }

    private async Task<Ending> CopyAsync(GatewayExchange exchange, HttpResponseMessage answer)
    {
        var left = exchange.Http.RequestAborted;
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(left);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var filled = 0;
        try
        {
            await using var source = await answer.Content.ReadAsStreamAsync(idle.Token);
            while (true)
            {
                if (filled == buffer.Length) buffer = Grow(buffer, filled);
                idle.CancelAfter(terms.Idle);
                int read;
                try
                {
                    read = await source.ReadAsync(buffer.AsMemory(filled), idle.Token);
                }
                catch (Exception error)
                    when (error is IOException or HttpRequestException or OperationCanceledException)
                {
                    return left.IsCancellationRequested ? Left(exchange) : Ending.UpstreamFailed;
                }

                idle.CancelAfter(Timeout.InfiniteTimeSpan); // From here the client is awaited: its slowness is its own.
                if (read > 0) exchange.FirstByteAfter ??= exchange.Elapsed;
                filled += read;
                if (read == 0 && exchange.Framing != Framing.Events && !IsAnswer(exchange, buffer.AsSpan(0, filled)))
                    return Ending.UpstreamFailed;
                try
                {
                    filled = await ShowAsync(exchange, buffer.AsMemory(0, filled), ended: read == 0);
                }
                catch (Exception error) when (error is IOException or OperationCanceledException)
                {
                    return Left(exchange);
                }

                if (read == 0 || exchange.Meter.SawEnd)
                    return left.IsCancellationRequested ? Left(exchange) : Ending.Completed;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Ending Left(GatewayExchange exchange) =>
        exchange.Http.Response.HasStarted ? Ending.ClientLeft : Ending.ClientLeftBeforeFirstByte;

    /// <summary>Shows what is complete and moves the rest to the front. Returns the length of the rest.</summary>
    private static async ValueTask<int> ShowAsync(GatewayExchange exchange, Memory<byte> bytes, bool ended)
    {
        var body = exchange.Http.Response.BodyWriter;
        var (from, shown) = ShowPieces(exchange, bytes.Span);

        // A unary answer is kept whole until its end, so that its usage can be read; a huge one passes unread.
        if (ended || exchange.Meter.SawEnd)
        {
            var rest = bytes.Span[from..];
            if (exchange.Framing == Framing.Whole || exchange.Meter.SawEnd || !IsHidden(exchange, rest))
                exchange.LastPiece = (byte[])[.. exchange.LastPiece.Span, .. rest];
            from = bytes.Length;
        }
        else if (bytes.Length - from >= EventBytesMax)
        {
            ShowKept(exchange);
            body.Write(bytes.Span[from..]);
            exchange.IsTorn = shown = true;
            from = bytes.Length;
        }

        if (shown && (await body.FlushAsync(exchange.Http.RequestAborted)).IsCompleted)
            throw new OperationCanceledException();

        bytes.Span[from..].CopyTo(bytes.Span);
        return bytes.Length - from;
    }

    /// <summary>All that is whole, but for what may be the last: that waits until more comes, or nothing.</summary>
    private static (int Taken, bool Shown) ShowPieces(GatewayExchange exchange, ReadOnlySpan<byte> bytes)
    {
        var (from, shown) = (0, false);
        while (!exchange.Meter.SawEnd && NextEnd(exchange.Framing, bytes[from..]) is > 0 and var length)
        {
            var piece = bytes.Slice(from, length);
            var isHidden = IsHidden(exchange, piece);
            if (exchange.Meter.SawEnd) break;
            from += length;
            if (isHidden) continue;

            shown |= ShowKept(exchange) || !exchange.Meter.LooksLast;
            if (exchange.Meter.LooksLast) exchange.LastPiece = piece.ToArray();
            else exchange.Http.Response.BodyWriter.Write(piece);
        }

        return (from, shown);
    }

    private static bool ShowKept(GatewayExchange exchange)
    {
        if (exchange.LastPiece.IsEmpty) return false;
        exchange.Http.Response.BodyWriter.Write(exchange.LastPiece.Span);
        exchange.LastPiece = default;
        return true;
    }

    private static int NextEnd(Framing framing, ReadOnlySpan<byte> bytes) => framing switch
    {
        Framing.Events => EventStream.NextEnd(bytes),
        Framing.Elements => ElementStream.NextEnd(bytes),
        _ => 0,
    };

    private static bool IsHidden(GatewayExchange exchange, ReadOnlySpan<byte> piece)
    {
        if (exchange.Framing == Framing.Elements)
        {
            var value = ElementStream.ValueOf(piece);
            if (!value.IsEmpty) exchange.Meter.Read(value);
            return false;
        }

        var hidden = false;
        foreach (var value in EventStream.ValuesOf(piece))
        {
            if (value.SequenceEqual("[DONE]"u8)) exchange.Meter.End();
            else hidden = exchange.Meter.Read(value);
        }

        return hidden && !exchange.Request.WantsUsage;
    }

    /// <summary>Nothing was shown yet: in place of what is no JSON another supplier may have an answer.</summary>
    private static bool IsAnswer(GatewayExchange exchange, ReadOnlySpan<byte> body)
    {
        if (exchange.Framing == Framing.Elements)
            return exchange.Http.Response.HasStarted || !exchange.LastPiece.IsEmpty
                || body.TrimStart(" \t\r\n"u8).StartsWith("["u8);

        exchange.Meter.End();
        if (exchange.Http.Response.HasStarted) return true;
        exchange.Meter.Read(body);
        return !exchange.Meter.SawGarbage;
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}

using System.Buffers;
using System.Runtime.CompilerServices;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 5: the answer as it comes, one flush per read, all but what comes with its end: that is shown after the bill is on
/// the books, so that nothing that looks finished is unpaid. Whoever is being awaited is to blame for a failure: the
/// provider while reading, the client while writing.
/// </summary>
internal sealed class Relay(SilenceWatch watch)
{
    /// <summary>An answer of known length that is not longer is read in one piece.</summary>
    private const int AtOnceMax = 1024 * 1024;

    private const int SlowMs = 10;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask RunAsync(GatewayExchange exchange)
    {
        var answer = exchange.Answer!;
        var response = exchange.Http.Response;
        var framing = FramingOf(answer.Type, exchange.Protocol);
        exchange.Buffer.Clear();
        if (response.HasStarted && framing != Framing.Events)
        {
            // The client was told to wait for events already.
            answer.Dispose();
            (exchange.Refusal, exchange.MayTryAnother) =
                (Errors.Upstream(StatusCodes.Status502BadGateway, "The provider did not answer with a stream."), true);
            return;
        }

        exchange.Framing = framing;
        exchange.MayComment &= framing == Framing.Events;
        if (!response.HasStarted) Start(response, answer.Type, framing);
        exchange.Kept?.Begin(StatusCodes.Status200OK, response.ContentType!);
        exchange.MayTryAnother = false;
        exchange.Ending = await CopyAsync(exchange, answer);
        if (exchange.Ending is not (Ending.Completed or Ending.HoldUsedUp))
            exchange.Refusal = BrokeOff;
        if (exchange.Ending == Ending.UpstreamFailed && !exchange.HasShown)
        {
            exchange.Ending = Ending.UpstreamFailedBeforeFirstByte;
            exchange.MayTryAnother = true;
            exchange.Buffer.Clear();
            if (response.HasStarted) return;
            response.Clear();
            response.Headers["X-Request-Id"] = exchange.Http.TraceIdentifier;
        }
    }

    internal static Refusal BrokeOff =>
        Errors.Upstream(StatusCodes.Status502BadGateway, "The provider broke off its answer.");

    internal static Framing FramingOf(string type, Protocol protocol) =>
        type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) ? Framing.Events
        : protocol.IsArray ? Framing.Elements
        : Framing.Whole;

    internal static void Start(HttpResponse response, string type, Framing framing)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = type;
        if (framing == Framing.Whole) return;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
    }

    /// <summary>7: what was kept back. The host sends it together with the end of the response.</summary>
    internal static void Finish(GatewayExchange exchange)
    {
        var last = exchange.Buffer.Kept;
        if (last == 0) return;

        var response = exchange.Http.Response;
        if (exchange.Framing == Framing.Whole && !response.HasStarted) response.ContentLength = last;
        Show(exchange, last);
    }

    /// <summary>A stream that failed says so as its protocol does, or breaks off: it must not look finished.</summary>
    internal static void BreakOff(GatewayExchange exchange, Refusal refusal)
    {
        var http = exchange.Http;
        var error = Dialect.Of(http.Request).Render(refusal, http.TraceIdentifier);
        var failure = exchange.Protocol.Failure(exchange.Framing, error.Span);
        if (failure.IsEmpty || exchange.IsTorn || exchange.Aborted.IsCancellationRequested)
        {
            http.Abort();
            return;
        }

        // An answer that is whole and not on the books keeps its end to itself.
        var buffer = exchange.Buffer;
        var kept = exchange.Ending is Ending.Completed or Ending.HoldUsedUp ? 0 : buffer.Kept;
        buffer.Replace(kept, buffer.Length, failure.Span);
        buffer.Kept = buffer.Length;
        Finish(exchange);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Ending> CopyAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        var silence = exchange.Silence ??= watch.Enter(exchange);
        var pieces = exchange.Pieces;
        pieces.Begin();
        // The whole of it, where it is known how much that is: then it needs no further read to see the end.
        var whole = exchange.Framing == Framing.Whole ? answer.Length : -1;
        while (true)
        {
            int read;
            silence.Begin(watch.Terms.Idle);
            try
            {
                read = await ReadAsync(answer, exchange, (int)Math.Clamp(whole, 1, AtOnceMax));
            }
            catch (IOException)
            {
                return exchange.HasLeft ? Left(exchange) : Ending.UpstreamFailed;
            }
            finally
            {
                await silence.EndAsync();
            }

            if (read > 0) exchange.FirstByteAfter ??= exchange.Elapsed;
            var isEnd = read == 0 || (!exchange.IsTorn && exchange.Buffer.Length == whole);
            if (isEnd && exchange.Framing != Framing.Events && !pieces.IsAnswer()) return Ending.UpstreamFailed;
            try
            {
                if (pieces.Take(isEnd) is > 0 and var shown) await ShowAsync(exchange, shown);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                return Left(exchange);
            }

            if (pieces.IsCut) return Ending.HoldUsedUp;
            if (!isEnd && !exchange.Meter.SawEnd) continue;
            answer.MayEnd = true;
            return exchange.HasLeft ? Left(exchange) : Ending.Completed;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ReadAsync(UpstreamAnswer answer, GatewayExchange exchange, int room)
    {
        var buffer = exchange.Buffer;
        // Nothing is left over: a stream that is slow waits without a buffer.
        var (isIdle, began) = (buffer.Length == 0, Environment.TickCount64);
        if (isIdle && exchange.IsSlow) await answer.WaitAsync();
        var read = await answer.ReadAsync(buffer.Room(isIdle ? room : 1));
        exchange.IsSlow = exchange.Framing != Framing.Whole && Environment.TickCount64 - began >= SlowMs;
        buffer.Filled(read);
        return read;
    }

    private static Ending Left(GatewayExchange exchange) =>
        exchange.HasShown ? Ending.ClientLeft : Ending.ClientLeftBeforeFirstByte;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ShowAsync(GatewayExchange exchange, int length)
    {
        Show(exchange, length);
        if (exchange.IsAlone) return;

        var hasLeft = exchange.Aborted.IsCancellationRequested;
        try
        {
            // A connection that ends completes this as well: no token to be registered with for every event.
            hasLeft = hasLeft
                || (await exchange.Http.Response.BodyWriter.FlushAsync(CancellationToken.None)).IsCompleted;
            exchange.Silence!.Spoke();
        }
        catch (Exception error) when (exchange.StaysOn && error is IOException or OperationCanceledException)
        {
            hasLeft = true;
        }

        if (!hasLeft) return;
        if (!exchange.StaysOn) throw new OperationCanceledException();
        (exchange.IsAlone, exchange.MayComment) = (true, false);
    }

    private static void Show(GatewayExchange exchange, int length)
    {
        var shown = exchange.Buffer.Span[..length];
        exchange.Kept?.Add(shown);
        if (!exchange.IsAlone) exchange.Http.Response.BodyWriter.Write(shown);
        exchange.HasShown = true;
        exchange.Buffer.Shown(length);
    }
}

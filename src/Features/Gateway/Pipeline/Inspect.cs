using System.Runtime.CompilerServices;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 1: reads the body, bounded by the server's limit, and finds in it what the later stages must know.
/// </summary>
internal static class Inspect
{
    /// <summary>
    /// The host reads a few kilobytes at a time and runs us after each. Of a body that is not over after so much the
    /// rest is left to it for a moment, to be taken in larger parts.
    /// </summary>
    private const int SmallBytes = 8 * 1024;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<bool> RunAsync(GatewayExchange exchange)
    {
        var request = exchange.Http.Request;
        if (request.ContentType != "application/json" && !request.HasJsonContentType())
        {
            exchange.Refusal = Errors.UnsupportedMediaType;
            return false;
        }

        var body = exchange.Body = new CallBody();
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(exchange.Aborted);
            body.Add(read.Buffer, request.ContentLength ?? 0);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
            if (body.Bytes.Length > SmallBytes) await Task.Yield();
        }

        var model = exchange.Http.GetRouteValue("model") as string;
        exchange.Refusal = CallRequest.Read(exchange.Protocol, body.Bytes, model, out exchange.Request);
        if (exchange.Refusal is null && !exchange.Key.Allows(exchange.Request.Model))
            exchange.Refusal = Errors.ModelNotAllowed(exchange.Request.Model);
        return exchange.Refusal is null;
    }
}

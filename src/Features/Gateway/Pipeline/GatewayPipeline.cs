using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>One call through the gateway, from the first header to the last byte and the bill.</summary>
internal sealed class GatewayPipeline(
    Once once, Choose choose, Reserve reserve, Forward forward, Relay relay, Settle settle)
{
    private const int AttemptsMax = 3;
    private const int SparesMax = 4096;

    private readonly DefaultObjectPool<GatewayExchange> exchanges =
        new(new DefaultPooledObjectPolicy<GatewayExchange>(), SparesMax);

    /// <summary>For slices that take nothing but the request: the framework wraps no more code around these.</summary>
    internal static Task RunAsync(HttpContext http, Protocol protocol) =>
        http.RequestServices.GetRequiredService<GatewayPipeline>().ServeAsync(http, protocol);

    //  client ──▶ 1 Inspect ▶ 2 Choose ▶ 3 Reserve ▶ 4 Forward ──▶ upstream
    //  client ◀───────────── 5 Relay, with Meter reading along ◀── upstream
    //                        6 Settle: whatever happened since 3
    //  client ◀────────────── 7 the last piece, now that it is paid
    private async Task ServeAsync(HttpContext http, Protocol protocol)
    {
        var exchange = exchanges.Get();
        exchange.Begin(http, http.Features.Get<KeyHolder>()!, protocol);
        try
        {
            if (await Inspect.RunAsync(exchange) && await once.BeginAsync(exchange))
            {
                try
                {
                    if (await choose.RunAsync(exchange)) await TryCandidatesAsync(exchange);
                }
                finally
                {
                    await once.EndAsync(exchange);
                }
            }

            if (exchange.Refusal is null) return;
            Choose.Conclude(exchange);
            if (http.Response.HasStarted) Relay.BreakOff(exchange, exchange.Refusal);
            else if (!exchange.Aborted.IsCancellationRequested) await exchange.Refusal.ExecuteAsync(http);
        }
        finally
        {
            exchanges.Return(exchange);
        }
    }

    // Until a byte has gone to the client another supplier may be tried. After it, never.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TryCandidatesAsync(GatewayExchange exchange)
    {
        var attempts = 0;
        while (choose.Next(exchange))
        {
            exchange.MayTryAnother = true;
            if (!exchange.Protocol.IsFree && !await reserve.RunAsync(exchange))
            {
                Choose.Withdraw(exchange);
                if (exchange.MayTryAnother) continue;
                return;
            }

            try
            {
                if (await forward.RunAsync(exchange))
                {
                    choose.Answered(exchange);
                    await relay.RunAsync(exchange);
                }
            }
            finally
            {
                choose.Leave(exchange);
                // What is not on the books is not shown as finished.
                if (!await settle.RunAsync(exchange))
                    (exchange.Refusal, exchange.MayTryAnother) = (Errors.Unavailable, false);
            }

            if (exchange.Refusal is null) Relay.Finish(exchange);
            if (exchange.Refusal is null || !exchange.MayTryAnother || ++attempts == AttemptsMax) return;
        }
    }
}

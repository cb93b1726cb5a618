using System.Runtime.CompilerServices;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 4: a request of our own to the provider: the body as it came, and of the caller's headers only what the protocol
/// itself needs.
/// </summary>
internal sealed partial class Forward(
    Providers providers, UpstreamConnections connections, Secrets secrets, SilenceWatch watch, ILogger<Forward> logger)
{
    /// <summary>True: a 2xx answer is ready to be relayed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> RunAsync(GatewayExchange exchange)
    {
        var candidate = exchange.Candidate;
        var provider = providers[candidate.Provider];
        Prepare(exchange);
        var silence = exchange.Silence ??= watch.Enter(exchange);
        silence.Begin(watch.Terms.FirstByte);
        try
        {
            using var request = NewRequest(exchange, provider);
            if (candidate.Open(secrets) is not { } credential || !provider.TryAuthorize(request, credential))
            {
                Unreadable(logger, candidate.SealedFor);
                exchange.Failure = Failure.Supplier;
                (exchange.Refusal, exchange.MayTryAnother) = (Errors.NoCapacity, true);
                return false;
            }

            exchange.Credential = credential;
            request.End(exchange.Request.Outgoing(candidate.UpstreamModel, exchange.Body));
            exchange.Answer = await connections.SendAsync(request, silence.Stop);
            exchange.UpstreamStatus = exchange.Answer.Status;
            if (exchange.Answer.IsSuccess)
            {
                exchange.Refusal = null;
                exchange.Failure = Failure.None;
                return true;
            }

            (exchange.Refusal, exchange.MayTryAnother, exchange.Failure) =
                await FailureRules.ExplainAsync(exchange.Answer, credential);
            exchange.Answer.Dispose();
        }
        catch (OperationCanceledException) when (exchange.HasLeft)
        {
            exchange.Ending = Ending.ClientLeftBeforeFirstByte;
            exchange.Failure = Failure.Caller;
            (exchange.Refusal, exchange.MayTryAnother) = (Errors.Malformed("The client left."), false);
        }
        catch (OperationCanceledException)
        {
            // The provider may have done the work: a second one would do, and cost, it again.
            (exchange.Refusal, exchange.MayTryAnother) =
                (Errors.Upstream(StatusCodes.Status504GatewayTimeout, "The provider did not answer in time."), false);
        }
        catch (HttpRequestException error)
        {
            (exchange.Refusal, exchange.MayTryAnother) =
                (Errors.Upstream(StatusCodes.Status502BadGateway, "The provider could not be reached."), true);
            Unreachable(logger, candidate.Provider, candidate.SealedFor, error.HttpRequestError.ToString());
        }
        finally
        {
            await silence.EndAsync();
        }

        return false;
    }

    private static void Prepare(GatewayExchange exchange)
    {
        exchange.Ending = Ending.UpstreamFailedBeforeFirstByte;
        exchange.UpstreamStatus = 0;
        exchange.Failure = Failure.Upstream;
        // What another one's answer was metered at counts no more.
        exchange.Meter = exchange.Protocol.NewMeter();
        exchange.Meter.TokensPerPicture = exchange.Request.TokensPerPicture;
        exchange.MayComment = exchange.Request.Stream && !exchange.Protocol.IsArray && !exchange.IsAlone;
        exchange.Framing = exchange.MayComment ? Framing.Events : Framing.Whole;
    }

    private static UpstreamRequest NewRequest(GatewayExchange exchange, Provider provider)
    {
        var (candidate, protocol) = (exchange.Candidate, exchange.Protocol);
        var to = provider.At(protocol.UpstreamPath(candidate.UpstreamModel), candidate.Origin);
        var request = new UpstreamRequest("POST"u8, to);
        foreach (var name in protocol.CallerHeaders)
        {
            foreach (var value in exchange.Http.Request.Headers[name])
                if (value is not null) request.TryAdd(name, "", value);
        }

        return request;
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Provider} could not be reached for {Account}: {Reason}")]
    private static partial void Unreachable(ILogger logger, string provider, string account, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The credential of {Account} cannot be opened")]
    private static partial void Unreadable(ILogger logger, string account);
}

using System.Net.Http.Headers;
using System.Text;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 4: a request of our own to the provider: the body as it came, and of the caller's headers only what the protocol
/// itself needs.
/// </summary>
internal sealed partial class Forward(
    Providers providers, UpstreamClients clients, Secrets secrets, SilenceWatch watch, ILogger<Forward> logger)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>True: a 2xx answer is ready to be relayed.</summary>
    internal async Task<bool> RunAsync(GatewayExchange exchange)
    {
        var candidate = exchange.Candidate;
        var provider = providers[candidate.Provider];
        var left = exchange.Http.RequestAborted;
        var silence = exchange.Silence ??= watch.Enter(exchange);
        Prepare(exchange);
        silence.Begin(watch.Terms.FirstByte);
        try
        {
            if (candidate.Open(secrets) is not { } credential)
            {
                Unreadable(logger, candidate.SealedFor);
                exchange.Failure = Failure.Supplier;
                (exchange.Refusal, exchange.MayTryAnother) = (Errors.NoCapacity, true);
                return false;
            }

            exchange.Credential = credential;
            using var request = NewRequest(exchange, provider);
            exchange.Answer = await clients.SendAsync(request, silence.Stop);
            exchange.UpstreamStatus = (int)exchange.Answer.StatusCode;
            if (exchange.Answer.IsSuccessStatusCode)
            {
                exchange.Refusal = null;
                exchange.Failure = Failure.None;
                return true;
            }

            (exchange.Refusal, exchange.MayTryAnother, exchange.Failure) =
                await FailureRules.ExplainAsync(exchange.Answer, credential, silence.Stop);
            exchange.Answer.Dispose();
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested && !exchange.StaysOn)
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
        exchange.Meter = exchange.Protocol.NewMeter();
        exchange.Meter.TokensPerPicture = exchange.Request.TokensPerPicture;
        exchange.MayComment = exchange.Request.Stream && !exchange.Protocol.IsArray && !exchange.IsAlone;
        exchange.Framing = exchange.MayComment ? Framing.Events : Framing.Whole;
    }

    private static HttpRequestMessage NewRequest(GatewayExchange exchange, Provider provider)
    {
        var (candidate, protocol) = (exchange.Candidate, exchange.Protocol);
        var to = provider.At(protocol.UpstreamPath(candidate.UpstreamModel), candidate.Origin);
        var request = new HttpRequestMessage(HttpMethod.Post, to)
        {
            Content = exchange.Request.Outgoing(candidate.UpstreamModel, exchange.Body),
        };
        request.Content.Headers.ContentType = Json;
        CopyHeaders(exchange, request);
        provider.Authorize(request, exchange.Credential);
        return request;
    }

    private static void CopyHeaders(GatewayExchange exchange, HttpRequestMessage request)
    {
        foreach (var name in exchange.Protocol.CallerHeaders)
        {
            var values = exchange.Http.Request.Headers[name];
            if (values.All(static one => Ascii.IsValid(one)) && values.Count > 0)
                request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Provider} could not be reached for {Account}: {Reason}")]
    private static partial void Unreachable(ILogger logger, string provider, string account, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The credential of {Account} cannot be opened")]
    private static partial void Unreadable(ILogger logger, string account);
}

using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Charging;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Only for calls with an Idempotency-Key: the same key and body gets the stored answer and is charged once; while the
/// first is still running, 409. Such a call is an order for an answer: it runs to its end and is charged for all of it
/// even if the client leaves, who can fetch it with the same key for a day. What was charged nothing is not kept.
/// </summary>
internal sealed partial class Once(AnswerBook answers, TimeProvider clock, ILogger<Once> logger)
{
    private const string Header = "Idempotency-Key";
    private const int KeyLengthMax = 255;

    // Keys that an SDK makes anew for every call, for its own retries: who leaves such a stream does not come back.
    private const string MadeBySdk = "stainless-";

    /// <summary>False: there is an answer already, or a refusal.</summary>
    internal ValueTask<bool> BeginAsync(GatewayExchange exchange)
    {
        if (exchange.Protocol.IsFree || !exchange.Http.Request.Headers.TryGetValue(Header, out var values))
            return ValueTask.FromResult(true);
        return ClaimAsync(exchange, values.ToString());
    }

    /// <summary>Nothing was charged: the key is free again.</summary>
    internal ValueTask EndAsync(GatewayExchange exchange) =>
        exchange.Repeat is { } repeat && !exchange.IsStored
            ? ReleaseAsync(exchange.Key, repeat)
            : ValueTask.CompletedTask;

    private async ValueTask<bool> ClaimAsync(GatewayExchange exchange, string key)
    {
        if (key.Length is 0 or > KeyLengthMax)
        {
            exchange.Refusal = Errors.Invalid(Header, $"{Header} must have 1 to {KeyLengthMax} characters.");
            return false;
        }

        var request = exchange.Http.Request;
        var repeat = new Repeat(
            Guid.CreateVersion7(clock.GetUtcNow()), $"{request.Path}{request.QueryString}", key,
            Secrets.Hash(exchange.Request.Body.Span));
        if (await answers.ClaimAsync(exchange.Key, repeat, exchange.Aborted) is { } answer)
        {
            exchange.Refusal = Refuse(answer, repeat);
            if (exchange.Refusal is null) await ReplayAsync(exchange, answer);
            return false;
        }

        exchange.Repeat = repeat;
        exchange.Kept = new KeptAnswer();
        exchange.StaysOn = !(exchange.Request.Stream && key.StartsWith(MadeBySdk, StringComparison.Ordinal));
        return true;
    }

    private static Refusal? Refuse(AnswerBook.Answer answer, Repeat repeat)
    {
        if (!answer.PayloadHash.AsSpan().SequenceEqual(repeat.PayloadHash)) return Errors.KeyOfAnotherCall;
        if (answer.State == "running") return Errors.CallStillRuns;
        return answer.Body is null ? Errors.AnswerNotKept : null;
    }

    private static async Task ReplayAsync(GatewayExchange exchange, AnswerBook.Answer answer)
    {
        var http = exchange.Http;
        http.Response.ContentType = answer.ContentType;
        http.Response.Headers["Idempotent-Replay"] = "true";
        if (answer.State == "broken")
        {
            // It broke off the first time, and must not look finished now.
            await http.Response.Body.WriteAsync(answer.Body, exchange.Aborted);
            await http.Response.Body.FlushAsync(exchange.Aborted);
            exchange.Framing = Relay.FramingOf(answer.ContentType!, exchange.Protocol);
            exchange.Refusal = Relay.BrokeOff;
            return;
        }

        http.Response.ContentLength = answer.Body!.Length;
        await http.Response.Body.WriteAsync(answer.Body, exchange.Aborted);
    }

    private async ValueTask ReleaseAsync(KeyHolder key, Repeat repeat)
    {
        try
        {
            await answers.ReleaseAsync(key, repeat);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            NotReleased(logger, repeat.Key, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Idempotency key {Key} looks in use until its day is over: {Reason}")]
    private static partial void NotReleased(ILogger logger, string key, string reason);
}

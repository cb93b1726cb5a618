namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>3: sets the largest possible cost aside before anything is sent. No call is too small for it.</summary>
internal sealed class Reserve(Holds holds, TimeProvider clock)
{
    internal async Task<bool> RunAsync(GatewayExchange exchange)
    {
        var request = exchange.Request;
        var now = clock.GetUtcNow();
        var hold = new Hold(
            Guid.CreateVersion7(now),
            exchange.Candidate.Prices.Cost(new Usage(request.CountedInputTokens, 0, request.OutputTokensLimit)),
            now);
        exchange.Hold = null;
        exchange.Refusal = await holds.OpenAsync(exchange.Key, exchange.Candidate, hold, exchange.Http.RequestAborted);
        if (exchange.Refusal is null)
        {
            exchange.Hold = hold;
            return true;
        }

        // Another supplier may have quota left; the caller's own money is the same everywhere.
        exchange.MayTryAnother = exchange.Refusal.Status == StatusCodes.Status503ServiceUnavailable;
        return false;
    }
}

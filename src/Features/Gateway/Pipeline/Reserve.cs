using SupplyApi.Features.Gateway.Charging;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 3: sets the largest possible cost aside before anything is sent, out of what this node has taken ahead. No call is
/// too small for it.
/// </summary>
internal sealed class Reserve(Leases leases, Journal journal, Node node, TimeProvider clock)
{
    internal async ValueTask<bool> RunAsync(GatewayExchange exchange)
    {
        exchange.Hold = null;
        exchange.MayTryAnother = false; // The caller's own money is the same everywhere.
        exchange.Refusal = journal.IsFull || !node.IsHeard ? Errors.Unavailable : await TakeAsync(exchange);
        return exchange.Refusal is null;
    }

    private async ValueTask<Refusal?> TakeAsync(GatewayExchange exchange)
    {
        var (key, candidate) = (exchange.Key, exchange.Candidate);
        var left = exchange.Aborted;
        var amount = candidate.Prices.CostAtMost(
            exchange.Request.CountedInputTokens, exchange.Request.OutputTokensLimit,
            images: exchange.Protocol.DrawsPictures ? exchange.Request.Choices : 0);
        var hold = new Hold(leases, candidate.Prices, Secrets.NewId(clock.GetUtcNow()), amount);
        try
        {
            if (candidate.Source == Source.Package)
            {
                hold.Package = await leases.TakeAsync(new LeaseKey(LeaseKind.Package, candidate.Id), amount, left);
                // Another supplier may have quota left. This one's does not come back by waiting.
                exchange.MayTryAnother = hold.Package is null;
                if (hold.Package is null) return Errors.NoCapacity with { RetryAfter = null };
            }

            if (key.QuotaLimit > 0)
            {
                hold.ForKey = await leases.TakeAsync(new LeaseKey(LeaseKind.Key, key.KeyId), amount, left);
                if (hold.ForKey is null) return Errors.KeyQuotaExceeded;
            }

            hold.Wallet = await leases.TakeAsync(new LeaseKey(LeaseKind.Wallet, key.TenantId), amount, left);
            if (hold.Wallet is null) return Errors.InsufficientBalance;
            exchange.Hold = hold;
            exchange.Coverage = hold;
            // Where the caller set the limit the provider keeps it: the hold is enough.
            if (!exchange.Request.HasLimit && candidate.Prices.PerRequest is null)
                hold.Cover(exchange.Request.OutputTokensLimit);
            return null;
        }
        finally
        {
            if (exchange.Hold is null) hold.Close(0);
        }
    }
}

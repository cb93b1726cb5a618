using SupplyApi.Features.Gateway.Charging;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 6: the true cost stays with the call and the rest of the hold is free again, whatever happened before. The call goes
/// into the journal, which neither waits for the database nor loses it.
/// </summary>
internal sealed class Settle(Journal journal, GatewayTerms terms, TimeProvider clock)
{
    /// <summary>False: it could not be written down, so nobody is charged and nothing may look finished.</summary>
    internal async ValueTask<bool> RunAsync(GatewayExchange exchange)
    {
        if (exchange.Hold is not { } hold) return true;

        exchange.Hold = null;
        await hold.GrownAsync();
        var charged = 0m;
        try
        {
            var bill = Bill.Of(exchange);
            if (bill.Cost > hold.Amount) await StretchAsync(hold, bill.Cost - hold.Amount);
            var cost = Math.Min(bill.Cost, hold.Amount);
            if (!journal.TryAppend(Record(exchange, hold.Id, bill, cost))) return false;
            charged = cost;
            exchange.IsStored = IsAnswer(exchange);
            return true;
        }
        finally
        {
            hold.Close(charged);
        }
    }

    private static bool IsAnswer(GatewayExchange exchange) => exchange.Repeat is not null
        && exchange.Ending is not (Ending.UpstreamFailedBeforeFirstByte or Ending.ClientLeftBeforeFirstByte);

    // What was shown, and what is shown next; of an answer that broke off only the first.
    private static StoredAnswer StoredOf(GatewayExchange exchange)
    {
        var (repeat, kept) = (exchange.Repeat!, exchange.Kept!);
        var isBroken = exchange.Ending is not (Ending.Completed or Ending.HoldUsedUp);
        var last = isBroken ? 0 : exchange.Buffer.Kept;
        var isTooLarge = kept.Overflowed || kept.Bytes.Length + last > KeptAnswer.BytesMax;
        byte[] body = isTooLarge ? [] : [.. kept.Bytes.Span, .. exchange.Buffer.Span[..last]];
        return new StoredAnswer(
            repeat.CallId, repeat.Route, repeat.Key, repeat.PayloadHash, kept.ContentType, body, isBroken, isTooLarge);
    }

    private static async ValueTask StretchAsync(Hold hold, decimal amount)
    {
        try
        {
            await hold.StretchAsync(amount, CancellationToken.None);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            // The database cannot be asked: the call is charged as far as its hold reaches.
        }
    }

    private CallRecord Record(GatewayExchange exchange, Guid id, in Bill bill, decimal charged)
    {
        var (key, candidate) = (exchange.Key, exchange.Candidate);
        return new CallRecord
        {
            Id = id,
            At = clock.GetUtcNow(),
            TenantId = key.TenantId,
            UserId = key.UserId,
            KeyId = key.KeyId,
            KeyHasQuota = key.QuotaLimit > 0,
            ConsumerId = key.Subscriber?.ConsumerId ?? 0,
            CredentialId = key.Subscriber?.CredentialId ?? 0,
            SubscriptionId = exchange.Plan?.SubscriptionId ?? 0,
            Source = candidate.Source,
            SourceId = candidate.Id,
            SupplierTenantId = candidate.SupplierTenantId,
            SupplierUserId = candidate.SupplierUserId,
            Provider = candidate.Provider,
            Model = candidate.Model,
            RequestId = exchange.Http.TraceIdentifier,
            Stream = exchange.Request.Stream,
            Ending = exchange.Ending,
            Basis = bill.Basis,
            IsSuccess = bill.IsSuccess,
            UpstreamStatus = exchange.UpstreamStatus,
            Usage = bill.Usage,
            PriceInput = candidate.Prices.Input,
            PriceOutput = candidate.Prices.Output,
            Charged = charged,
            Fee = candidate.Source == Source.Channel ? charged : Money.Round(charged * terms.FeeRate),
            FirstByteMs = (int?)exchange.FirstByteAfter?.TotalMilliseconds ?? -1,
            DurationMs = (int)exchange.Elapsed.TotalMilliseconds,
            Answer = IsAnswer(exchange) ? StoredOf(exchange) : null,
        };
    }
}

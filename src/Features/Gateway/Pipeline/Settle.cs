using NpgsqlTypes;
using SupplyApi.Features.Supply.Earnings;
using SupplyApi.Features.Supply.Packages;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 6: the true cost is posted and the rest of the hold given back, in one transaction, whatever happened before.
/// </summary>
internal sealed partial class Settle(
    NpgsqlDataSource db, GatewayTerms terms, TimeProvider clock, ILogger<Settle> logger)
{
    private const int AttemptsMax = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private const string CountKey = """
        update api_keys
           set quota_held = quota_held - $2, quota_used = quota_used + $3, request_count = request_count + $4,
               input_tokens = input_tokens + $5, output_tokens = output_tokens + $6,
               cached_input_tokens = cached_input_tokens + $7, last_used_at = $8
         where id = $1
        """;

    private const string CloseHold = """
        update gateway_holds
           set state = 'settled', closed_at = $3
         where tenant_id = $1 and hold_id = $2 and state = 'open'
        """;

    private const string InsertUsage = """
        insert into gateway_usage (tenant_id, usage_id, user_id, api_key_id, request_id, package_id, supplier_tenant_id,
                                   provider, model, stream, ending, basis, upstream_status, input_tokens,
                                   cached_input_tokens, output_tokens, price_per_1m_input, price_per_1m_output, charged,
                                   earned, fee, first_byte_ms, duration_ms, created_at, cache_write_5m_tokens,
                                   cache_write_1h_tokens, reasoning_tokens, image_tokens, audio_tokens)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
        """;

    /// <summary>False: the database did not take it within all attempts.</summary>
    internal async Task<bool> RunAsync(GatewayExchange exchange)
    {
        if (exchange.Hold is not { } hold) return true;

        exchange.Hold = null;
        var bill = Bill.Of(exchange);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await PostAsync(exchange, hold, bill, beyondHold: attempt == 1)) return true;
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                Postponed(logger, hold.Id, exchange.Http.TraceIdentifier, bill.Cost, error.Message);
                if (attempt >= AttemptsMax) return false; // The hold stays open, and the log names it.
                await Task.Delay(Pause * attempt);
            }
        }
    }

    /// <param name="beyondHold">Whether a cost above the hold may be taken from the wallet and the package.</param>
    /// <returns>False: the wallet could not pay what goes beyond the hold.</returns>
    private async Task<bool> PostAsync(GatewayExchange exchange, Hold hold, Bill bill, bool beyondHold)
    {
        var now = clock.GetUtcNow();
        var (key, candidate) = (exchange.Key, exchange.Candidate);
        await using var connection = await db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // A hold that was voided meanwhile (this node was taken for dead) holds nothing any more.
        var isOpen = await connection.Command(CloseHold)
            .With(key.TenantId).With(hold.Id).With(now)
            .RunAsync(default) == 1;
        var held = isOpen ? hold.Amount : 0;
        var reach = held;
        if (beyondHold && bill.Cost > held)
            reach += Math.Min(
                await PackageQuota.LockAsync(connection, candidate.Id, default),
                await connection.BalanceAsync(key.TenantId, Ledger.Wallet, default));
        var charged = Math.Min(bill.Cost, reach);
        var fee = Money.Round(charged * terms.FeeRate);
        var earned = charged - fee;

        await PackageQuota.ReturnAsync(connection, candidate.Id, hold.Id, held - charged, now, default);
        await connection.Command(CountKey)
            .With(key.KeyId).With(held).With(charged).With(bill.Basis == "none" ? 0L : 1L).With(bill.Usage.Input)
            .With(bill.Usage.Output).With(bill.Usage.CachedInput).With(now)
            .RunAsync(default);
        await RecordAsync(connection, exchange, hold, bill, new Shares(charged, earned, fee), now);
        var transfer = new Transfer(Guid.CreateVersion7(now), "gateway.settle", $"hold/{hold.Id}",
        [
            new Leg(key.TenantId, Ledger.Held, -held),
            new Leg(key.TenantId, Ledger.Wallet, held - charged),
            new Leg(candidate.SupplierTenantId, Ledger.EarningsPending, earned),
            new Leg(candidate.SupplierTenantId, Ledger.PlatformFee, fee),
        ]);
        var posted = await connection.PostAsync(transfer, now, default);
        if (posted) await transaction.CommitAsync();
        return posted;
    }

    private static async Task RecordAsync(
        NpgsqlConnection connection, GatewayExchange exchange, Hold hold, Bill bill, Shares shares, DateTimeOffset now)
    {
        var (key, candidate, usage) = (exchange.Key, exchange.Candidate, bill.Usage);
        await connection.Command(InsertUsage)
            .With(key.TenantId).With(hold.Id).With(key.UserId).With(key.KeyId).With(exchange.Http.TraceIdentifier)
            .With(candidate.Id).With(candidate.SupplierTenantId).With(candidate.Provider)
            .With(exchange.Request.Model).With(exchange.Request.Stream)
            .With(JsonNamingPolicy.SnakeCaseLower.ConvertName(exchange.Ending.ToString())).With(bill.Basis)
            .With(exchange.UpstreamStatus).With(usage.Input).With(usage.CachedInput).With(usage.Output)
            .With(candidate.Prices.Input).With(candidate.Prices.Output).With(shares.Charged).With(shares.Earned)
            .With(shares.Fee)
            .WithNullable((int?)exchange.FirstByteAfter?.TotalMilliseconds, NpgsqlDbType.Integer)
            .With((int)exchange.Elapsed.TotalMilliseconds).With(now)
            .With(usage.CacheWrite5m).With(usage.CacheWrite1h).With(usage.Reasoning).With(usage.Image).With(usage.Audio)
            .RunAsync(default);
        await EarnAsync(connection, exchange, hold, bill, shares, now);
    }

    private static async Task EarnAsync(
        NpgsqlConnection connection, GatewayExchange exchange, Hold hold, Bill bill, Shares shares, DateTimeOffset now)
    {
        if (exchange.Ending == Ending.ClientLeftBeforeFirstByte) return;

        var candidate = exchange.Candidate;
        var turnover = new Turnover(
            shares.Charged, shares.Fee, shares.Earned, bill.Usage.Input + bill.Usage.Output, Requests: 1,
            Successes: bill.IsSuccess ? 1 : 0);
        var earning = new Earning(
            candidate.SupplierTenantId, candidate.SupplierUserId, "usage", candidate.Provider, "pending",
            exchange.Request.Model, hold.Id);
        if (shares.Charged > 0) await EarningBook.EnterAsync(connection, earning, turnover, now, default);
        else await EarningBook.CountAsync(connection, earning.TenantId, earning.Platform, turnover, now, default);
    }

    private readonly record struct Shares(decimal Charged, decimal Earned, decimal Fee);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Hold {Hold} of request {RequestId}, cost {Cost}, could not be settled yet: {Reason}")]
    private static partial void Postponed(ILogger logger, Guid hold, string requestId, decimal cost, string reason);
}

using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Features.Admin;

/// <summary>An admin takes an earning out of reach while something about it is unclear.</summary>
internal static class FreezeSupplyEarning
{
    internal sealed record Request(string Reason);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/earnings/{recordId:long}/freeze", Handle)
        .WithName("freezeSupplyEarning");

    private static async Task<IResult> Handle(
        long recordId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (FreeText.Check("reason", body.Reason) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var earning = await EarningState.LockAsync(connection, recordId, ct);
        if (earning is null) return Errors.NotFound("earning");
        if (earning.Type == "refund") return Errors.EarningIsRefund;
        if (earning.Status is not ("pending" or "available")) return Errors.EarningState(earning.Status, "frozen");
        // Withdrawals are made of lots, not of records: what the lot no longer has is on its way out.
        if (earning.Status == "available"
            && !await EarningBook.TakeFromLotAsync(
                connection, earning.TenantId, earning.EarnedAt, earning.Platform, earning.Amount, ct))
            return Errors.EarningGone;

        var change = new EarningState.Change("freeze", "frozen", body.Reason);
        var frozen = await earning.BecomeAsync(connection, caller, change, clock.GetUtcNow(), ct);
        if (frozen is null)
        {
            // Refunds stand in lots of their own, so a lot can hold what the whole balance does not.
            await transaction.RollbackAsync(ct);
            return Errors.InsufficientEarnings(
                await connection.BalanceAsync(earning.TenantId, Ledger.EarningsAvailable, ct));
        }

        await transaction.CommitAsync(ct);
        return TypedResults.Ok(frozen);
    }
}

[JsonSerializable(typeof(FreezeSupplyEarning.Request))]
[JsonSerializable(typeof(EarningControlView))]
internal sealed partial class FreezeSupplyEarningJson : JsonSerializerContext;

using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Features.Admin;

/// <summary>An admin gives a frozen earning back: to wait for its time, or available when that is over.</summary>
internal static class ReleaseSupplyEarning
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/earnings/{recordId:long}/release", Handle)
        .WithName("releaseSupplyEarning");

    private static async Task<IResult> Handle(
        long recordId, Caller caller, EarningTerms terms, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var earning = await EarningState.LockAsync(connection, recordId, ct);
        if (earning is null) return Errors.NotFound("earning");
        if (earning.Status != "frozen") return Errors.EarningState(earning.Status, "released");

        var now = clock.GetUtcNow();
        // Only what a call earned has to wait: a bonus was available from the first.
        var isDue = earning.Type != "usage" || terms.IsMature(earning.EarnedAt, now);
        if (isDue)
            await EarningBook.AddToLotAsync(
                connection, earning.TenantId, earning.EarnedAt, earning.Platform, earning.Amount, ct);
        var change = new EarningState.Change("release", isDue ? "available" : "pending");
        var released = await earning.BecomeAsync(connection, caller, change, now, ct)
            ?? throw new InvalidOperationException($"Earning {recordId} is frozen, and the ledger holds less.");
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(released);
    }
}

[JsonSerializable(typeof(EarningControlView))]
internal sealed partial class ReleaseSupplyEarningJson : JsonSerializerContext;

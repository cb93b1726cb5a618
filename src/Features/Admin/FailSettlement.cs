using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Features.Admin;

/// <summary>A settlement cannot be paid: it failed, and the whole amount is available to its supplier again.</summary>
internal static class FailSettlement
{
    internal sealed record Request(string Reason);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/settlements/{settlementId:long}/fail", Handle)
        .WithName("failSettlement");

    private const string Fail = $"""
        update supply_settlements
           set status = 'failed', failure_reason = $2, updated_at = $3
         where id = $1
        returning {SettlementControlView.Columns}
        """;

    private static async Task<IResult> Handle(
        long settlementId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (FreeText.Check("reason", body.Reason) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var settlement = await SettlementState.LockAsync(connection, settlementId, ct);
        if (settlement is null) return Errors.NotFound("settlement");
        if (settlement.Status is not ("pending" or "processing"))
            return Errors.SettlementState(settlement.Status, "failed");

        var now = clock.GetUtcNow();
        var after = await connection.Command(Fail)
            .With(settlementId).With(body.Reason).With(now)
            .OneAsync<SettlementControlView>(ct);
        await SettlementBook.GiveBackAsync(connection, settlement.MoneyOf(settlementId), now, ct);
        await settlement.RecordAsync(connection, caller, "fail", after!, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(FailSettlement.Request))]
[JsonSerializable(typeof(SettlementControlView))]
internal sealed partial class FailSettlementJson : JsonSerializerContext;

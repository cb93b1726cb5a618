using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Features.Admin;

/// <summary>A settlement was paid: processing becomes completed, and the ledger lets the money go.</summary>
internal static class CompleteSettlement
{
    private const int ReferenceMax = 100;

    internal sealed record Request(string PaymentReference);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/settlements/{settlementId:long}/complete", Handle)
        .WithName("completeSettlement");

    private const string Complete = $"""
        update supply_settlements
           set status = 'completed', payment_reference = $2, updated_at = $3
         where id = $1
        returning {SettlementControlView.Columns}
        """;

    private static async Task<IResult> Handle(
        long settlementId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (FreeText.Check("payment_reference", body.PaymentReference, ReferenceMax) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var settlement = await SettlementState.LockAsync(connection, settlementId, ct);
        if (settlement is null) return Errors.NotFound("settlement");
        if (settlement.Status != "processing") return Errors.SettlementState(settlement.Status, "completed");

        var now = clock.GetUtcNow();
        var after = await connection.Command(Complete)
            .With(settlementId).With(body.PaymentReference).With(now)
            .OneAsync<SettlementControlView>(ct);
        await SettlementBook.PayOutAsync(connection, settlement.MoneyOf(settlementId), now, ct);
        await settlement.RecordAsync(connection, caller, "complete", after!, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(CompleteSettlement.Request))]
[JsonSerializable(typeof(SettlementControlView))]
internal sealed partial class CompleteSettlementJson : JsonSerializerContext;

namespace SupplyApi.Features.Admin;

/// <summary>An admin begins to pay: pending becomes processing, and its supplier cannot cancel any more.</summary>
internal static class ProcessSettlement
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/settlements/{settlementId:long}/process", Handle)
        .WithName("processSettlement");

    private const string Process = $"""
        update supply_settlements
           set status = 'processing', updated_at = $2
         where id = $1
        returning {SettlementControlView.Columns}
        """;

    private static async Task<IResult> Handle(
        long settlementId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var settlement = await SettlementState.LockAsync(connection, settlementId, ct);
        if (settlement is null) return Errors.NotFound("settlement");
        if (settlement.Status != "pending") return Errors.SettlementState(settlement.Status, "processed");

        var now = clock.GetUtcNow();
        var after = await connection.Command(Process).With(settlementId).With(now).OneAsync<SettlementControlView>(ct);
        await settlement.RecordAsync(connection, caller, "process", after!, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(SettlementControlView))]
internal sealed partial class ProcessSettlementJson : JsonSerializerContext;

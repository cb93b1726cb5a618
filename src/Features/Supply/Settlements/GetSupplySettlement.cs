namespace SupplyApi.Features.Supply.Settlements;

/// <summary>One settlement of mine.</summary>
internal static class GetSupplySettlement
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/settlements/{settlementId:long}", Handle)
        .WithName("getSupplySettlement");

    private const string Find = $"""
        select {SettlementView.Columns}
          from supply_settlements
         where id = $1 and tenant_id = $2
        """;

    private static async Task<IResult> Handle(
        long settlementId, Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var settlement = await connection.Command(Find)
            .With(settlementId).With(caller.TenantId)
            .OneAsync<SettlementView>(ct);
        return settlement is null
            ? Errors.NotFound("settlement")
            : TypedResults.Ok(new Envelope<SettlementView>(caller.RequestId, settlement));
    }
}

[JsonSerializable(typeof(Envelope<SettlementView>))]
internal sealed partial class GetSupplySettlementJson : JsonSerializerContext;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>A supplier takes a withdrawal back that nobody has begun to pay: pending becomes failed.</summary>
internal static class CancelSupplySettlementWithdraw
{
    internal sealed record Response(long SettlementId, string Status, DateTime UpdatedAt);

    private sealed record Row(string Status, decimal Total, decimal Fee) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetDecimal(1), row.GetDecimal(2));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/settlements/{settlementId:long}/cancel", Handle)
        .WithName("cancelSupplySettlementWithdraw");

    private const string Lock = """
        select status, total_amount, fee_amount
          from supply_settlements
         where id = $1 and tenant_id = $2
           for update
        """;

    private const string Cancel = """
        update supply_settlements
           set status = 'failed', failure_reason = 'cancelled', updated_at = $3
         where id = $1 and tenant_id = $2
        """;

    private static Task<IResult> Handle(
        long settlementId, Caller caller, HttpContext http, Idempotency idempotency, TimeProvider clock,
        CancellationToken ct) =>
        idempotency.OnceAsync(
            http, caller, new Attempt<string>(null, StatusCodes.Status200OK, Idempotency.OneDay),
            connection => CancelAsync(connection, settlementId, caller, clock, ct));

    private static async Task<Outcome<Envelope<Response>>> CancelAsync(
        NpgsqlConnection connection, long settlementId, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var settlement = await connection.Command(Lock).With(settlementId).With(caller.TenantId).OneAsync<Row>(ct);
        if (settlement is null) return Errors.NotFound("settlement");
        if (settlement.Status != "pending") return Errors.SettlementState(settlement.Status, "cancelled");

        var now = clock.GetUtcNow();
        await connection.Command(Cancel).With(settlementId).With(caller.TenantId).With(now).RunAsync(ct);
        var money = new SettlementMoney(caller.TenantId, settlementId, settlement.Total, settlement.Fee);
        await SettlementBook.GiveBackAsync(connection, money, now, ct);
        var cancelled = new AuditEntry("supply.settlement.withdraw.cancel", "supply_settlement", settlementId)
        {
            Before = new() { ["status"] = settlement.Status },
            After = new() { ["status"] = "failed", ["reason"] = "cancelled" },
        };
        await connection.AuditAsync(caller, cancelled, now, ct);
        await connection.AnnounceAsync(caller.TenantId, "supply.settlement.cancel.success",
            new() { ["settlement_id"] = settlementId, ["total_amount"] = settlement.Total }, now, ct);
        return new Envelope<Response>(caller.RequestId, new Response(settlementId, "failed", now.UtcDateTime));
    }
}

[JsonSerializable(typeof(Envelope<CancelSupplySettlementWithdraw.Response>))]
internal sealed partial class CancelSupplySettlementWithdrawJson : JsonSerializerContext;

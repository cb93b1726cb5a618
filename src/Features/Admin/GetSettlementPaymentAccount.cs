using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Features.Admin;

/// <summary>
/// The one place that shows a payment account in full, to the admin who is about to pay. Every look is on record.
/// </summary>
internal static class GetSettlementPaymentAccount
{
    internal sealed record Response(
        long SettlementId, string PaymentMethod, string PaymentAccount,
        [property: JsonConverter(typeof(MoneyTextJson))] decimal NetAmount);

    private sealed record Row(long TenantId, string Status, string Method, byte[] Account, decimal Net) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.GetDecimal(4));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/settlements/{settlementId:long}/payment-account", Handle)
        .WithName("getSettlementPaymentAccount");

    private const string Find = """
        select tenant_id, status, payment_method, payment_account, net_amount from supply_settlements where id = $1
        """;

    private static async Task<IResult> Handle(
        long settlementId, Caller caller, HttpResponse response, NpgsqlDataSource db, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var settlement = await connection.Command(Find).With(settlementId).OneAsync<Row>(ct);
        if (settlement is null) return Errors.NotFound("settlement");
        if (settlement.Status != "processing") return Errors.SettlementState(settlement.Status, "paid now");

        var account = secrets.Open(settlement.Account, PayoutAccount.SealedFor(settlementId))
            ?? throw new InvalidOperationException(
                $"The payment account of settlement {settlementId} does not open: another master key, or altered.");
        var looked = new AuditEntry("supply.settlement.payment_account.view", "supply_settlement", settlementId)
        {
            TenantId = settlement.TenantId,
        };
        await connection.AuditAsync(caller, looked, clock.GetUtcNow(), ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Response(settlementId, settlement.Method, account, settlement.Net));
    }
}

[JsonSerializable(typeof(GetSettlementPaymentAccount.Response))]
internal sealed partial class GetSettlementPaymentAccountJson : JsonSerializerContext;

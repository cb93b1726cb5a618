namespace SupplyApi.Features.Supply.Settlements;

/// <summary>Where my settlement's statement can be fetched for the next quarter of an hour.</summary>
internal static class DownloadSupplySettlementStatement
{
    internal sealed record Response(
        long SettlementId, string FileName, string DownloadUrl, string PrintableUrl, string JsonUrl,
        DateTime ExpiresAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/settlements/{settlementId:long}/statement", Handle)
        .WithName("downloadSupplySettlementStatement");

    private const string Find = "select settlement_no from supply_settlements where id = $1 and tenant_id = $2";

    private static async Task<IResult> Handle(
        long settlementId, Caller caller, HttpRequest request, NpgsqlDataSource db, StatementLinks links,
        TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var number = await connection.Command(Find).With(settlementId).With(caller.TenantId).ValueAsync<string>(ct);
        if (number is null) return Errors.NotFound("settlement");

        var now = clock.GetUtcNow();
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((now + StatementLinks.Life).ToUnixTimeSeconds());
        await connection.AuditAsync(
            caller, new AuditEntry("supply.settlement.statement.export", "supply_settlement", settlementId), now, ct);
        return TypedResults.Ok(new Envelope<Response>(caller.RequestId, new Response(
            settlementId, $"{number}.csv", Link("csv"), Link("html"), Link("json"), expiresAt.UtcDateTime)));

        string Link(string format) => links.Make(request, settlementId, format, expiresAt).AbsoluteUri;
    }
}

[JsonSerializable(typeof(Envelope<DownloadSupplySettlementStatement.Response>))]
internal sealed partial class DownloadSupplySettlementStatementJson : JsonSerializerContext;

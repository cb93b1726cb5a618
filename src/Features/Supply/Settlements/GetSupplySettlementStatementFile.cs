using System.Globalization;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>The statement itself, for whoever has its signed address.</summary>
internal static class GetSupplySettlementStatementFile
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/settlements/{settlementId:long}/statement/file", Handle)
        .WithName("getSupplySettlementStatementFile");

    private static async Task<IResult> Handle(
        long settlementId, string? format, string? expires, string? signature,
        HttpResponse response, StatementLinks links, Signature key, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (format is null || !StatementLinks.Formats.Contains(format))
            return Errors.Invalid("format", $"format must be one of {string.Join(", ", StatementLinks.Formats)}.");
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until))
            return Errors.Invalid("expires", "expires must be a whole number of seconds.");
        if (signature is null || !links.IsGood(settlementId, format, until, signature, clock.GetUtcNow()))
            return Errors.LinkInvalid;

        // The signature stands for the owner: only the owner is given such an address.
        var statement = await Statement.LoadAsync(db, settlementId, ct);
        if (statement is null) return Errors.LinkInvalid;

        var isPage = format == "html";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        response.Headers.ContentDisposition =
            $"{(isPage ? "inline" : "attachment")}; filename=\"{statement.Settlement.No}.{format}\"";
        return format switch
        {
            "csv" => TypedResults.Bytes(StatementFile.Csv(statement, key), "text/csv; charset=utf-8"),
            "json" => TypedResults.Bytes(StatementFile.Json(statement, key), "application/json; charset=utf-8"),
            _ => TypedResults.Bytes(StatementFile.Html(statement), "text/html; charset=utf-8"),
        };
    }
}

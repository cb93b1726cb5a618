using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Supply.Billing;

/// <summary>The bill under its former path, for clients of old: the same bytes, and a word that it will go.</summary>
internal static class GetSupplierBillingAlias
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/billing", Handle)
        .WithName("getSupplierBillingAlias");

    private static async Task<IResult> Handle(
        [FromQuery(Name = "start_date")] string? startDate, [FromQuery(Name = "end_date")] string? endDate,
        string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, HttpResponse response, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        response.Headers["Deprecation"] = "@1774569600"; // RFC 9745; the contract deprecated the path on 2026-03-27.
        response.Headers.Link = "</api/v1/supply/billing>; rel=\"successor-version\"";
        if (Days.Read(startDate, endDate, clock.GetUtcNow(), out var days) is { } badDays) return badDays;
        if (Page.Read(page, pageSize, out var wanted) is { } badPage) return badPage;

        await using var connection = await db.OpenConnectionAsync(ct);
        var bill = await Bill.DrawAsync(connection, caller.TenantId, days, wanted, ct);
        return TypedResults.Ok(new Envelope<Bill>(caller.RequestId, bill));
    }
}

[JsonSerializable(typeof(Envelope<Bill>))]
internal sealed partial class GetSupplierBillingAliasJson : JsonSerializerContext;

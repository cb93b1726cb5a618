using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Supply.Billing;

/// <summary>The bill under its former path, for clients of old: the same bytes, and a word that it will go.</summary>
internal static class GetSupplierBillingAlias
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/billing", Handle)
        .WithName("getSupplierBillingAlias");

    private static Task<IResult> Handle(
        [FromQuery(Name = "start_date")] string? startDate, [FromQuery(Name = "end_date")] string? endDate,
        string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, HttpResponse response, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        response.Headers["Deprecation"] = "@1774569600"; // RFC 9745; the contract deprecated the path on 2026-03-27.
        response.Headers.Link = "</api/v1/supply/billing>; rel=\"successor-version\"";
        return Bill.AnswerAsync((startDate, endDate), (page, pageSize), caller, db, clock, ct);
    }
}

[JsonSerializable(typeof(Envelope<Bill>))]
internal sealed partial class GetSupplierBillingAliasJson : JsonSerializerContext;

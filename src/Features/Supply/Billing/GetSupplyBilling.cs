using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Supply.Billing;

/// <summary>My bill: the whole period and each platform.</summary>
internal static class GetSupplyBilling
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/billing", Handle)
        .WithName("getSupplyBilling");

    private static Task<IResult> Handle(
        [FromQuery(Name = "start_date")] string? startDate, [FromQuery(Name = "end_date")] string? endDate,
        string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        Bill.AnswerAsync((startDate, endDate), (page, pageSize), caller, db, clock, ct);
}

[JsonSerializable(typeof(Envelope<Bill>))]
internal sealed partial class GetSupplyBillingJson : JsonSerializerContext;

using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Supply.Billing;

/// <summary>My bill: the whole period and each platform.</summary>
internal static class GetSupplyBilling
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/billing", Handle)
        .WithName("getSupplyBilling");

    private static async Task<IResult> Handle(
        [FromQuery(Name = "start_date")] string? startDate, [FromQuery(Name = "end_date")] string? endDate,
        string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (Days.Read(startDate, endDate, clock.GetUtcNow(), out var days) is { } badDays) return badDays;
        if (Page.Read(page, pageSize, out var wanted) is { } badPage) return badPage;

        await using var connection = await db.OpenConnectionAsync(ct);
        var bill = await Bill.DrawAsync(connection, caller.TenantId, days, wanted, ct);
        return TypedResults.Ok(new Envelope<Bill>(caller.RequestId, bill));
    }
}

[JsonSerializable(typeof(Envelope<Bill>))]
internal sealed partial class GetSupplyBillingJson : JsonSerializerContext;

using System.Data;
using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Supply.Earnings;

/// <summary>What I earned, record by record, newest first. Looking is on record.</summary>
internal static class ListSupplyEarningRecords
{
    internal sealed record Response(
        long RecordId, long UserId,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? SettlementId,
        string EarningsType, decimal Amount, string Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
        DateTime EarnedAt) : IRow<Response>
    {
        public static Response Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetInt64(1), row.ValueOrNull<long>(2), row.GetString(3), row.GetDecimal(4),
            row.GetString(5), row.TextOrNull(6), row.GetDateTime(7));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/earnings/records", Handle)
        .WithName("listSupplyEarningRecords");

    private const string List = """
        select record_id, user_id, settlement_id, earnings_type, amount, status, description, earned_at
          from supply_earnings
         where tenant_id = $1 and earned_at >= $2 and earned_at < $3
         order by earned_at desc, record_id desc
        offset $4 limit $5
        """;

    private static async Task<IResult> Handle(
        [FromQuery(Name = "start_date")] string? startDate, [FromQuery(Name = "end_date")] string? endDate,
        string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (Days.Read(startDate, endDate, now, out var days) is { } badDays) return badDays;
        if (Page.Read(page, pageSize, out var wanted) is { } badPage) return badPage;

        await using var connection = await db.OpenConnectionAsync(ct);
        // One snapshot for the counts and for what they count.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var place = await EarningPage.FindAsync(connection, caller.TenantId, days, wanted, ct);
        var records = await connection.Command(List)
            .With(caller.TenantId).With(days.From).With(place.Until).With(place.Skip).With(wanted.Size)
            .ListAsync<Response>(ct);
        await connection.AuditAsync(
            caller, new AuditEntry("supply.earnings.records.view", "supplier", caller.TenantId), now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new PagedEnvelope<Response>(caller.RequestId, records, wanted.Of(place.Total)));
    }
}

[JsonSerializable(typeof(PagedEnvelope<ListSupplyEarningRecords.Response>))]
internal sealed partial class ListSupplyEarningRecordsJson : JsonSerializerContext;

using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>My settlements, newest first.</summary>
internal static class ListSupplySettlements
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/settlements", Handle)
        .WithName("listSupplySettlements");

    private const string Count = """
        select count(*) from supply_settlements where tenant_id = $1 and ($2::text is null or status = $2)
        """;

    private const string List = $"""
        select {SettlementView.Columns}
          from supply_settlements
         where tenant_id = $1 and ($2::text is null or status = $2)
         order by id desc
        offset $3 limit $4
        """;

    private static async Task<IResult> Handle(
        string? status, string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        if (status is not (null or "pending" or "processing" or "completed" or "failed"))
            return Errors.Invalid("status", "status must be pending, processing, completed or failed.");
        if (Page.Read(page, pageSize, out var wanted) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await connection.Command(Count)
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text)
            .ValueAsync<long>(ct);
        var settlements = await connection.Command(List)
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text).With(wanted.Offset).With(wanted.Size)
            .ListAsync<SettlementView>(ct);
        return TypedResults.Ok(new PagedEnvelope<SettlementView>(caller.RequestId, settlements, wanted.Of(total)));
    }
}

[JsonSerializable(typeof(PagedEnvelope<SettlementView>))]
internal sealed partial class ListSupplySettlementsJson : JsonSerializerContext;

using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;

namespace SupplyApi.Features.Admin;

/// <summary>Settlements of all suppliers, the oldest first: the queue of who is to be paid.</summary>
internal static class ListSettlements
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/settlements", Handle)
        .WithName("listSettlements");

    private const string Count = "select count(*) from supply_settlements where $1::text is null or status = $1";

    private const string List = $"""
        select {SettlementControlView.Columns}
          from supply_settlements
         where $1::text is null or status = $1
         order by id
        offset $2 limit $3
        """;

    private static async Task<IResult> Handle(
        string? status, string? page, [FromQuery(Name = "page_size")] string? pageSize,
        NpgsqlDataSource db, CancellationToken ct)
    {
        if (status is not (null or "pending" or "processing" or "completed" or "failed"))
            return Errors.Invalid("status", "status must be pending, processing, completed or failed.");
        if (Page.Read(page, pageSize, out var wanted, Page.PlatformSizeMax) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await connection.Command(Count).WithNullable(status, NpgsqlDbType.Text).ValueAsync<long>(ct);
        var settlements = await connection.Command(List)
            .WithNullable(status, NpgsqlDbType.Text).With(wanted.Offset).With(wanted.Size)
            .ListAsync<SettlementControlView>(ct);
        return TypedResults.Ok(new ItemPage<SettlementControlView>(settlements, total, wanted.Number, wanted.Size));
    }
}

[JsonSerializable(typeof(ItemPage<SettlementControlView>))]
internal sealed partial class ListSettlementsJson : JsonSerializerContext;

namespace SupplyApi.Features.Admin;

/// <summary>The rule by which calls find who serves them.</summary>
internal static class GetRouting
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/routing", Handle)
        .WithName("getRouting");

    private static async Task<IResult> Handle(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(
            await connection.Command(RoutingView.Find).OneAsync<RoutingView>(ct) ?? RoutingView.Unset);
    }
}

[JsonSerializable(typeof(RoutingView))]
internal sealed partial class GetRoutingJson : JsonSerializerContext;

namespace SupplyApi.Features.Public;

/// <summary>Whether the first admin is still to be made.</summary>
internal static class GetSetupStatus
{
    internal sealed record Response(bool Required);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/setup/status", Handle)
        .WithName("getSetupStatus");

    private const string Find = "select not exists (select 1 from users where is_admin)";

    private static async Task<IResult> Handle(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(new Response(await connection.Command(Find).ValueAsync<bool>(ct)));
    }
}

[JsonSerializable(typeof(GetSetupStatus.Response))]
internal sealed partial class GetSetupStatusJson : JsonSerializerContext;

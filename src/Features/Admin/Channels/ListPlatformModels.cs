namespace SupplyApi.Features.Admin.Channels;

/// <summary>The models that the platform sells by itself, by name.</summary>
internal static class ListPlatformModels
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/models", Handle)
        .WithName("listPlatformModels");

    private const string List = $"select {PlatformModelView.Columns} from models order by model_name";

    private static async Task<IResult> Handle(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(await connection.Command(List).ListAsync<PlatformModelView>(ct));
    }
}

[JsonSerializable(typeof(List<PlatformModelView>))]
internal sealed partial class ListPlatformModelsJson : JsonSerializerContext;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>The models that a channel serves, by name.</summary>
internal static class ListChannelModels
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/channels/{channelId:long}/models", Handle)
        .WithName("listChannelModels");

    private const string Exists = "select exists (select 1 from channels where id = $1)";

    private const string List = $"""
        {ChannelModelView.Select}
         where served.channel_id = $1
         order by model.model_name
        """;

    private static async Task<IResult> Handle(long channelId, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.Command(Exists).With(channelId).ValueAsync<bool>(ct)) return Errors.NotFound("channel");
        return TypedResults.Ok(await connection.Command(List).With(channelId).ListAsync<ChannelModelView>(ct));
    }
}

[JsonSerializable(typeof(List<ChannelModelView>))]
internal sealed partial class ListChannelModelsJson : JsonSerializerContext;

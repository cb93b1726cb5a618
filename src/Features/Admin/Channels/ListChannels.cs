namespace SupplyApi.Features.Admin.Channels;

/// <summary>The platform's own channels, in the order they were made.</summary>
internal static class ListChannels
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/channels", Handle)
        .WithName("listChannels");

    private const string List = $"select {ChannelView.Columns} from channels order by id";

    private static async Task<IResult> Handle(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(await connection.Command(List).ListAsync<ChannelView>(ct));
    }
}

[JsonSerializable(typeof(List<ChannelView>))]
internal sealed partial class ListChannelsJson : JsonSerializerContext;

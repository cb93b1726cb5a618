namespace SupplyApi.Features.Admin.Channels;

/// <summary>A channel goes for good, and its key with it, once it serves no model.</summary>
internal static class DeleteChannel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/channels/{channelId:long}", Handle)
        .WithName("deleteChannel");

    private const string Serves = "channel_models_channel_fkey";

    private const string Delete = $"delete from channels where id = $1 returning {ChannelView.Columns}";

    private static async Task<IResult> Handle(
        long channelId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        ChannelView? gone;
        try
        {
            gone = await connection.Command(Delete).With(channelId).OneAsync<ChannelView>(ct);
        }
        catch (PostgresException error) when (error.Violates(Serves))
        {
            return Errors.InUse("The channel serves models; take them from it first.");
        }

        if (gone is null) return Errors.NotFound("channel");

        await connection.AuditAsync(caller, new AuditEntry("admin.channel.delete", "channel", channelId)
        {
            TenantId = ChannelView.Platform,
            Before = gone.State(),
        }, clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Deleted("Channel deleted"));
    }
}

[JsonSerializable(typeof(Deleted))]
internal sealed partial class DeleteChannelJson : JsonSerializerContext;

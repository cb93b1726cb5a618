namespace SupplyApi.Features.Admin.Channels;

/// <summary>A channel serves a model no more. What it served stays on the books.</summary>
internal static class DeleteChannelModel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/channel-models/{channelModelId:long}", Handle)
        .WithName("deleteChannelModel");

    private const string Lock = $"{ChannelModelView.Select} where served.id = $1 for update of served";

    private const string Delete = "delete from channel_models where id = $1";

    private static async Task<IResult> Handle(
        long channelModelId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var gone = await connection.Command(Lock).With(channelModelId).OneAsync<ChannelModelView>(ct);
        if (gone is null) return Errors.NotFound("channel model");

        await connection.Command(Delete).With(channelModelId).RunAsync(ct);
        await connection.AuditAsync(
            caller, new AuditEntry("admin.channel_model.delete", "channel_model", channelModelId)
            {
                TenantId = ChannelView.Platform,
                Before = gone.State(),
            }, clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Deleted("Channel model deleted"));
    }
}

[JsonSerializable(typeof(Deleted))]
internal sealed partial class DeleteChannelModelJson : JsonSerializerContext;

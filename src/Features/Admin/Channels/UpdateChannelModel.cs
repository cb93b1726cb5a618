using NpgsqlTypes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>A channel serves a model by another name of its provider, or not for now.</summary>
internal static class UpdateChannelModel
{
    internal sealed record Request(string? UpstreamModelName = null, bool? Enabled = null);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/channel-models/{channelModelId:long}", Handle)
        .WithName("updateChannelModel");

    private const string Lock = $"{ChannelModelView.Select} where served.id = $1 for update of served";

    private const string Update = """
        update channel_models
           set upstream_model_name = coalesce($2, upstream_model_name), enabled = coalesce($3, enabled), updated_at = $4
         where id = $1
        """;

    private const string Find = $"{ChannelModelView.Select} where served.id = $1";

    private static async Task<IResult> Handle(
        long channelModelId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (ChannelModelView.CheckUpstreamName(body.UpstreamModelName) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(Lock).With(channelModelId).OneAsync<ChannelModelView>(ct);
        if (before is null) return Errors.NotFound("channel model");
        if (body is { UpstreamModelName: null, Enabled: null }) return Errors.Malformed("No fields to update.");

        var now = clock.GetUtcNow();
        await connection.Command(Update)
            .With(channelModelId).WithNullable(body.UpstreamModelName, NpgsqlDbType.Text)
            .WithNullable(body.Enabled, NpgsqlDbType.Boolean).With(now)
            .RunAsync(ct);
        var after = (await connection.Command(Find).With(channelModelId).OneAsync<ChannelModelView>(ct))!;
        await connection.AuditAsync(
            caller, new AuditEntry("admin.channel_model.update", "channel_model", channelModelId)
            {
                TenantId = ChannelView.Platform,
                Before = before.State(),
                After = after.State(),
            }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(UpdateChannelModel.Request))]
[JsonSerializable(typeof(ChannelModelView))]
internal sealed partial class UpdateChannelModelJson : JsonSerializerContext;

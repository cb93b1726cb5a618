using NpgsqlTypes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>A channel begins to serve a model, which must have its prices already.</summary>
internal static class CreateChannelModel
{
    internal sealed record Request(
        long? ModelId = null, string? ModelName = null, string? UpstreamModelName = null, bool Enabled = true);

    private sealed record Model(long Id, string Name) : IRow<Model>
    {
        public static Model Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetString(1));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/channels/{channelId:long}/models", Handle)
        .WithName("createChannelModel");

    private const string Once = "channel_models_once";

    // Neither goes away before this is committed.
    private const string LockChannel = "select id from channels where id = $1 for share";
    private const string LockModel = "select id, model_name from models where id = $1 or model_name = $2 for share";

    private const string Insert = """
        insert into channel_models (channel_id, model_id, upstream_model_name, enabled, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $5)
        returning id
        """;

    private const string Find = $"{ChannelModelView.Select} where served.id = $1";

    private static async Task<IResult> Handle(
        long channelId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.Command(LockChannel).With(channelId).ValueAsync<long>(ct) == 0)
            return Errors.NotFound("channel");
        if (body is { ModelId: null, ModelName: null }) return Errors.Invalid("model_id", "Model is required");
        if (body is { ModelId: not null, ModelName: not null })
            return Errors.Invalid("model_name", "Send model_id or model_name, not both.");
        if (ChannelModelView.CheckUpstreamName(body.UpstreamModelName) is { } invalid) return invalid;
        var model = await connection.Command(LockModel)
            .WithNullable(body.ModelId, NpgsqlDbType.Bigint).WithNullable(body.ModelName, NpgsqlDbType.Text)
            .OneAsync<Model>(ct);
        if (model is null)
            return Errors.Invalid(body.ModelId is null ? "model_name" : "model_id", "Model not found");

        var now = clock.GetUtcNow();
        long id;
        try
        {
            id = await connection.Command(Insert)
                .With(channelId).With(model.Id).With(body.UpstreamModelName ?? model.Name).With(body.Enabled).With(now)
                .ValueAsync<long>(ct);
        }
        catch (PostgresException error) when (error.Violates(Once))
        {
            return Errors.Exists("model", body.ModelId is null ? "model_name" : "model_id");
        }

        var served = (await connection.Command(Find).With(id).OneAsync<ChannelModelView>(ct))!;
        await connection.AuditAsync(caller, new AuditEntry("admin.channel_model.create", "channel_model", id)
        {
            TenantId = ChannelView.Platform,
            After = served.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(served);
    }
}

[JsonSerializable(typeof(CreateChannelModel.Request))]
[JsonSerializable(typeof(ChannelModelView))]
internal sealed partial class CreateChannelModelJson : JsonSerializerContext;

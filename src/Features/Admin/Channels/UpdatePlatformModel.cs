using NpgsqlTypes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>
/// An admin sets all prices of a model anew; its name, provider and switch stay unless they are sent. Calls in flight
/// are charged by the prices they began with.
/// </summary>
internal static class UpdatePlatformModel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/models/{modelId:long}", Handle)
        .WithName("updatePlatformModel");

    private const string Lock = $"select {PlatformModelView.Columns} from models where id = $1 for update";

    private const string Update = $"""
        update models
           set model_name = coalesce($2, model_name), provider = nullif(coalesce($3, provider), ''),
               enabled = coalesce($4, enabled), updated_at = $5, quota_type = $6, input_price = $7, output_price = $8,
               cached_input_price = $9, cache_write_input_price = $10, cache_write_1h_input_price = $11,
               image_input_price = $12, image_output_price = $13, audio_input_price = $14, audio_output_price = $15,
               request_price = $16
         where id = $1
        returning {PlatformModelView.Columns}
        """;

    private static async Task<IResult> Handle(
        long modelId, PlatformModelTerms body, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (body.Check() is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(Lock).With(modelId).OneAsync<PlatformModelView>(ct);
        if (before is null) return Errors.NotFound("model");

        var now = clock.GetUtcNow();
        PlatformModelView after;
        try
        {
            var update = connection.Command(Update)
                .With(modelId).WithNullable(body.ModelName, NpgsqlDbType.Text)
                .WithNullable(body.Provider, NpgsqlDbType.Text).WithNullable(body.Enabled, NpgsqlDbType.Boolean)
                .With(now);
            after = (await body.AddPrices(update).OneAsync<PlatformModelView>(ct))!;
        }
        catch (PostgresException error) when (error.Violates(PlatformModelView.NameKey))
        {
            return Errors.Exists("model", "model_name");
        }

        await connection.AuditAsync(caller, new AuditEntry("admin.model.update", "platform_model", modelId)
        {
            TenantId = ChannelView.Platform,
            Before = before.State(),
            After = after.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(PlatformModelTerms))]
[JsonSerializable(typeof(PlatformModelView))]
internal sealed partial class UpdatePlatformModelJson : JsonSerializerContext;

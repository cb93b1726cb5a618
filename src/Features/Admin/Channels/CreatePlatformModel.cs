using NpgsqlTypes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>An admin names a model and its prices. It is on sale as soon as a channel serves it.</summary>
internal static class CreatePlatformModel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/models", Handle)
        .WithName("createPlatformModel");

    private const string Insert = $"""
        insert into models (model_name, provider, enabled, created_at, updated_at, quota_type, input_price,
                            output_price, cached_input_price, cache_write_input_price, cache_write_1h_input_price,
                            image_input_price, image_output_price, audio_input_price, audio_output_price,
                            request_price)
        values ($1, nullif($2, ''), $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        returning {PlatformModelView.Columns}
        """;

    private static async Task<IResult> Handle(
        PlatformModelTerms body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (body.ModelName is null) return Errors.Invalid("model_name", "Model is required");
        if (body.Check() is { } invalid) return invalid;

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        PlatformModelView model;
        try
        {
            var insert = connection.Command(Insert)
                .With(body.ModelName).WithNullable(body.Provider, NpgsqlDbType.Text)
                .With(body.Enabled ?? true).With(now);
            model = (await body.AddPrices(insert).OneAsync<PlatformModelView>(ct))!;
        }
        catch (PostgresException error) when (error.Violates(PlatformModelView.NameKey))
        {
            return Errors.Exists("model", "model_name");
        }

        await connection.AuditAsync(caller, new AuditEntry("admin.model.create", "platform_model", model.Id)
        {
            TenantId = ChannelView.Platform,
            After = model.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(model);
    }
}

[JsonSerializable(typeof(PlatformModelTerms))]
[JsonSerializable(typeof(PlatformModelView))]
internal sealed partial class CreatePlatformModelJson : JsonSerializerContext;

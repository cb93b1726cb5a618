namespace SupplyApi.Features.Admin.Channels;

/// <summary>A model goes for good, once no channel serves it.</summary>
internal static class DeletePlatformModel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/models/{modelId:long}", Handle)
        .WithName("deletePlatformModel");

    private const string IsServed = "channel_models_model_fkey";

    private const string Delete = $"delete from models where id = $1 returning {PlatformModelView.Columns}";

    private static async Task<IResult> Handle(
        long modelId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        PlatformModelView? gone;
        try
        {
            gone = await connection.Command(Delete).With(modelId).OneAsync<PlatformModelView>(ct);
        }
        catch (PostgresException error) when (error.Violates(IsServed))
        {
            return Errors.InUse("Channels serve this model; take it from them first.");
        }

        if (gone is null) return Errors.NotFound("model");

        await connection.AuditAsync(caller, new AuditEntry("admin.model.delete", "platform_model", modelId)
        {
            TenantId = ChannelView.Platform,
            Before = gone.State(),
        }, clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Deleted("Model deleted"));
    }
}

[JsonSerializable(typeof(Deleted))]
internal sealed partial class DeletePlatformModelJson : JsonSerializerContext;

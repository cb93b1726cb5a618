using SupplyApi.Features.Consumers;
using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>An intent with whom it is for in full; the audit log says who looked.</summary>
internal static class GetAppIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/intents/{intentId}", Handle)
        .WithName("getAppIntent");

    private const string Find = $"select {Intent.Columns} from intents where id = $1";

    private static async Task<IResult> Handle(
        string intentId, Caller caller, HttpResponse response, NpgsqlDataSource db, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        if (!PublicId.TryRead(Intent.IdPrefix, intentId, out var id)) return Errors.NotFound("intent");
        await using var connection = await db.OpenConnectionAsync(ct);
        var intent = await connection.Command(Find).With(id).OneAsync<Intent>(ct);
        if (intent is null) return Errors.NotFound("intent");

        await connection.AuditAsync(
            caller, new AuditEntry("procurement.intent.read", "intent", id) { TenantId = intent.TenantId },
            clock.GetUtcNow(), ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(AppIntentView.Of(intent, intent.Person(secrets)));
    }
}

[JsonSerializable(typeof(AppIntentView))]
internal sealed partial class GetAppIntentJson : JsonSerializerContext;

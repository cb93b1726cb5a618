using SupplyApi.Features.Consumers;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Intents;

/// <summary>One intent, with whom it is for in full.</summary>
internal static class GetIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/intents/{intentId}", Handle)
        .WithName("getIntent");

    private const string Find = $"select {Intent.Columns} from intents where id = $1 and consumer_id = $2";

    private static async Task<IResult> Handle(
        string intentId, AppCaller caller, HttpResponse response, NpgsqlDataSource db, Secrets secrets,
        CancellationToken ct)
    {
        if (!PublicId.TryRead(Intent.IdPrefix, intentId, out var id)) return Errors.NotFound("intent");
        await using var connection = await db.OpenConnectionAsync(ct);
        var intent = await connection.Command(Find).With(id).With(caller.App.ConsumerId).OneAsync<Intent>(ct);
        if (intent is null) return Errors.NotFound("intent");

        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(ApiAnswer<IntentView>.Of(IntentView.Of(intent, intent.Person(secrets))));
    }
}

[JsonSerializable(typeof(ApiAnswer<IntentView>))]
internal sealed partial class GetIntentJson : JsonSerializerContext;

using SupplyApi.Features.Consumers;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Intents;

/// <summary>An app takes an intent away; what is being bought, or was, stays on record.</summary>
internal static class DeleteIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/intents/{intentId}", Handle)
        .WithName("deleteIntent");

    private const string Lock = $"select {Intent.Columns} from intents where id = $1 and consumer_id = $2 for update";

    private const string Delete = "delete from intents where id = $1";

    private static async Task<IResult> Handle(
        string intentId, AppCaller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!PublicId.TryRead(Intent.IdPrefix, intentId, out var id)) return Errors.NotFound("intent");
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var intent = await connection.Command(Lock).With(id).With(caller.App.ConsumerId).OneAsync<Intent>(ct);
        if (intent is null) return Errors.NotFound("intent");
        if (!IntentStatus.MayGo(intent.Status)) return Errors.IntentState(intent.Status, "deleted");

        var now = clock.GetUtcNow();
        await connection.Command(Delete).With(id).RunAsync(ct);
        await intent.RecordAsync(connection, caller.Owner, "delete", intent, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}

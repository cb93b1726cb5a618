using SupplyApi.Features.Consumers;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Intents;

/// <summary>An app changes what it sends and leaves the rest, submits, or cancels; until somebody buys.</summary>
internal static class UpdateIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/intents/{intentId}", Handle)
        .WithName("updateIntent");

    private const string Lock = $"select {Intent.Columns} from intents where id = $1 and consumer_id = $2 for update";

    private const string Update = $"""
        update intents
           set user_id = $2, platform = $3, product_url = $4, title = $5, price = $6, quantity = $7, personal = $8,
               status = $9, updated_at = $10
         where id = $1
        returning {Intent.Columns}
        """;

    private static async Task<IResult> Handle(
        string intentId, IntentTerms body, AppCaller caller, NpgsqlDataSource db, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        if (body == new IntentTerms()) return Errors.Malformed("No fields to update.") with { Number = 40002 };
        if (body.Check() is { } invalid) return invalid;
        if (body.Status is not (null or IntentStatus.Draft or IntentStatus.Submitted or IntentStatus.Cancelled))
            return Errors.Invalid("status", "status must be DRAFT, SUBMITTED or CANCELLED.");
        if (!PublicId.TryRead(Intent.IdPrefix, intentId, out var id)) return Errors.NotFound("intent");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(Lock).With(id).With(caller.App.ConsumerId).OneAsync<Intent>(ct);
        if (before is null) return Errors.NotFound("intent");
        if (!IntentStatus.IsOpen(before.Status)) return Errors.IntentState(before.Status, "changed");
        var terms = body.Over(before, before.Person(secrets));
        if (!IntentStatus.MayBecome(before.Status, terms.Status!))
            return Errors.IntentState(before.Status, $"made {terms.Status}");
        if (terms.Check() is { } unfit) return unfit;

        var now = clock.GetUtcNow();
        var after = (await connection.Command(Update)
            .With(id).With(terms.UserId!).With(terms.Platform!).With(terms.ProductUrl!).With(terms.Title!)
            .With(terms.Price!.Value).With(terms.Quantity!.Value).With(terms.Person.Seal(secrets, id))
            .With(terms.Status!).With(now)
            .OneAsync<Intent>(ct))!;
        await after.RecordAsync(connection, caller.Owner, DeedOf(before.Status, after.Status), before, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(ApiAnswer<IntentView>.Of(IntentView.Of(after, terms.Person.Masked)));
    }

    private static string DeedOf(string before, string after) =>
        after == before ? "update" : after == IntentStatus.Cancelled ? "cancel" : "submit";
}

[JsonSerializable(typeof(IntentTerms))]
[JsonSerializable(typeof(ApiAnswer<IntentView>))]
internal sealed partial class UpdateIntentJson : JsonSerializerContext;

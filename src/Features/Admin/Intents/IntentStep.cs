using NpgsqlTypes;
using SupplyApi.Features.Consumers;
using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>One step of an intent on its way, taken by who buys.</summary>
/// <param name="Deed">As the audit log names it.</param>
internal sealed record IntentStep(string From, string To, string Deed, string Done)
{
    private const string Lock = $"select {Intent.Columns} from intents where id = $1 for update";

    private const string Move = $"""
        update intents
           set status = $2, failure_reason = $3, updated_at = $4
         where id = $1
        returning {Intent.Columns}
        """;

    internal async Task<IResult> TakeAsync(
        string intentId, string? reason, Caller caller, NpgsqlDataSource db, Secrets secrets, TimeProvider clock,
        CancellationToken ct)
    {
        if (!PublicId.TryRead(Intent.IdPrefix, intentId, out var id)) return Errors.NotFound("intent");
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(Lock).With(id).OneAsync<Intent>(ct);
        if (before is null) return Errors.NotFound("intent");
        if (before.Status != From) return Errors.IntentState(before.Status, Done);

        var now = clock.GetUtcNow();
        var after = (await connection.Command(Move)
            .With(id).With(To).WithNullable(reason, NpgsqlDbType.Text).With(now)
            .OneAsync<Intent>(ct))!;
        await after.RecordAsync(connection, caller, Deed, before, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(AppIntentView.Masked(after, secrets));
    }
}

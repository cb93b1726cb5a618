using SupplyApi.Features.Intents;
using SupplyApi.Features.Market;

namespace SupplyApi.Features.Consumers;

/// <summary>
/// An application goes for good, and all that it was let in by goes in the same moment. What it subscribed to and what
/// it wanted to have bought is cancelled, and stays on record.
/// </summary>
internal static class DeleteConsumer
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/consumers/{consumerId}", Handle)
        .WithName("deleteConsumer");

    // Credentials and secrets refer to it with `on delete cascade`. Who is about to subscribe waits, and finds none.
    private const string Delete = $"""
        delete from consumers where id = $1 and tenant_id = $2 returning {ConsumerView.Columns}
        """;

    private static async Task<IResult> Handle(
        string consumerId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var id)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var gone = await connection.Command(Delete).With(id).With(caller.TenantId).OneAsync<ConsumerView>(ct);
        if (gone is null) return Errors.NotFound("consumer");

        await LockedSubscription.CancelAllAsync(connection, id, caller, clock, ct);
        await OpenIntents.CancelAsync(connection, id, caller, clock, ct);
        await connection.AuditAsync(caller, new AuditEntry("consumer.delete", "consumer", id)
        {
            Before = gone.State(),
        }, clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}

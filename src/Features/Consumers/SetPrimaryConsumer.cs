namespace SupplyApi.Features.Consumers;

/// <summary>One of my consumers becomes the primary one, in place of whichever was.</summary>
internal static class SetPrimaryConsumer
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/consumers/{consumerId}/primary", Handle)
        .WithName("setPrimaryConsumer");

    private static async Task<IResult> Handle(
        string consumerId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var id)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await PrimaryConsumer.HoldAsync(connection, caller, ct);
        if (before?.Number == id) return TypedResults.Ok(before);
        var after = await PrimaryConsumer.MarkAsync(connection, caller, before, id, clock.GetUtcNow(), ct);
        if (after is null) return Errors.NotFound("consumer");

        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class SetPrimaryConsumerJson : JsonSerializerContext;

namespace SupplyApi.Features.Consumers;

/// <summary>
/// An application is shut out, or let in again. Its credentials stay as they are; the gateway is told by the database.
/// </summary>
internal static class SetConsumerStatus
{
    internal sealed record Request(string Status);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/consumers/{consumerId}/status", Handle)
        .WithName("setConsumerStatus");

    private const string Update = $"""
        update consumers set status = $3, updated_at = $4
         where id = $1 and tenant_id = $2
        returning {ConsumerView.Columns}
        """;

    private static async Task<IResult> Handle(
        string consumerId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (Statuses.Check("status", body.Status) is { } unknown) return unknown;
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var id)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(ConsumerView.Lock).With(id).With(caller.TenantId)
            .OneAsync<ConsumerView>(ct);
        if (before is null) return Errors.NotFound("consumer");
        if (before.Status == body.Status) return TypedResults.Ok(before);

        var now = clock.GetUtcNow();
        var after = (await connection.Command(Update).With(id).With(caller.TenantId).With(body.Status).With(now)
            .OneAsync<ConsumerView>(ct))!;
        await connection.AuditAsync(caller, new AuditEntry("consumer.status", "consumer", id)
        {
            Before = before.State(),
            After = after.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(SetConsumerStatus.Request))]
[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class SetConsumerStatusJson : JsonSerializerContext;

using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>What is sent changes, the rest stays; credentials keep what they were made with.</summary>
internal static class UpdateConsumer
{
    internal sealed record Request(
        string? Name = null, string? Description = null, AuthConfigTerms? AuthConfig = null);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/consumers/{consumerId}", Handle)
        .WithName("updateConsumer");

    private const string Update = $"""
        update consumers
           set name = coalesce($3, name),
               description = case when $4::text is null then description else nullif($4, '') end,
               auth_config = coalesce($5, auth_config), updated_at = $6
         where id = $1 and tenant_id = $2
        returning {ConsumerView.Columns}
        """;

    private static async Task<IResult> Handle(
        string consumerId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (ConsumerTexts.Check(body.Name, body.Description) is { } invalid) return invalid;
        var config = new AuthConfig();
        if (body.AuthConfig?.Read("authConfig.", null, out config) is { } refused) return refused;
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var id)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(ConsumerView.Lock).With(id).With(caller.TenantId)
            .OneAsync<ConsumerView>(ct);
        if (before is null) return Errors.NotFound("consumer");
        if (body == new Request()) return Errors.Malformed("No fields to update.");

        var now = clock.GetUtcNow();
        ConsumerView after;
        try
        {
            after = (await connection.Command(Update)
                .With(id).With(caller.TenantId).WithNullable(body.Name?.Trim(), NpgsqlDbType.Text)
                .WithNullable(body.Description, NpgsqlDbType.Text)
                .WithJson(body.AuthConfig is null ? null : config.ToJson()).With(now)
                .OneAsync<ConsumerView>(ct))!;
        }
        catch (PostgresException error) when (error.Violates(ConsumerTexts.NameKey))
        {
            return Errors.ConsumerNameTaken;
        }

        await connection.AuditAsync(caller, new AuditEntry("consumer.update", "consumer", id)
        {
            Before = before.State(),
            After = after.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(UpdateConsumer.Request))]
[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class UpdateConsumerJson : JsonSerializerContext;

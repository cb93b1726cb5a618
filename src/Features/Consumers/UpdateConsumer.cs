using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>What is sent changes, the rest stays; credentials keep what they were made with.</summary>
internal static class UpdateConsumer
{
    internal sealed record Request(
        string? Name = null,
        [property: JsonConverter(typeof(GivenJson<string>))] Given<string> Description = default,
        [property: JsonConverter(typeof(GivenJson<AuthConfigTerms>))] Given<AuthConfigTerms> AuthConfig = default);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/consumers/{consumerId}", Handle)
        .WithName("updateConsumer");

    private const string Update = $"""
        update consumers
           set name = coalesce($3, name), description = case when $4 then nullif($5, '') else description end,
               auth_config = case when $6 then $7 else auth_config end, updated_at = $8
         where id = $1 and tenant_id = $2
        returning {ConsumerView.Columns}
        """;

    private static async Task<IResult> Handle(
        string consumerId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (ConsumerTexts.Check(body.Name, body.Description.Value) is { } invalid) return invalid;
        var config = new AuthConfig();
        if (body.AuthConfig.Value?.Read("authConfig.", null, out config) is { } refused) return refused;
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
                .With(body.Description.IsSent).WithNullable(body.Description.Value, NpgsqlDbType.Text)
                .With(body.AuthConfig.IsSent).WithJson(body.AuthConfig.Value is null ? null : config.ToJson())
                .With(now)
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
[JsonSerializable(typeof(AuthConfigTerms))]
[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class UpdateConsumerJson : JsonSerializerContext;

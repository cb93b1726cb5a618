using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>A user gives an application an identity of its own.</summary>
internal static class CreateConsumer
{
    private const int ConsumersMax = 200;

    internal sealed record Request(
        string Name, string? Description = null, string AuthType = AuthTypes.ApiKey,
        AuthConfigTerms? AuthConfig = null);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/consumers", Handle)
        .WithName("createConsumer");

    // Who counts waits for who is about to make one.
    private const string LockOwner = "select id from users where id = $1 for no key update";

    private const string Count = "select count(*) from consumers where tenant_id = $1 and user_id = $2";

    private const string Insert = $"""
        insert into consumers (tenant_id, user_id, name, description, status, auth_type, auth_config, created_at,
                               updated_at)
        values ($1, $2, $3, $4, '{Statuses.Active}', $5, $6, $7, $7)
        returning {ConsumerView.Columns}
        """;

    private static async Task<IResult> Handle(
        Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (ConsumerTexts.Check(body.Name, body.Description) is { } invalid) return invalid;
        if (AuthTypes.Check("authType", body.AuthType) is { } unknown) return unknown;
        var config = new AuthConfig();
        if (body.AuthConfig?.Read("authConfig.", null, out config) is { } refused) return refused;

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(LockOwner).With(caller.UserId).RunAsync(ct);
        if (await connection.Command(Count).With(caller.TenantId).With(caller.UserId).ValueAsync<long>(ct)
            >= ConsumersMax)
            return Errors.ConsumerLimit(ConsumersMax);
        ConsumerView consumer;
        try
        {
            consumer = (await connection.Command(Insert)
                .With(caller.TenantId).With(caller.UserId).With(body.Name.Trim())
                .WithNullable(body.Description is "" ? null : body.Description, NpgsqlDbType.Text).With(body.AuthType)
                .WithJson(body.AuthConfig is null ? null : config.ToJson()).With(now)
                .OneAsync<ConsumerView>(ct))!;
        }
        catch (PostgresException error) when (error.Violates(ConsumerTexts.NameKey))
        {
            return Errors.ConsumerNameTaken;
        }

        await connection.AuditAsync(caller, new AuditEntry("consumer.create", "consumer", consumer.Number)
        {
            After = consumer.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/consumers/{consumer.Id}", consumer);
    }
}

[JsonSerializable(typeof(CreateConsumer.Request))]
[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class CreateConsumerJson : JsonSerializerContext;

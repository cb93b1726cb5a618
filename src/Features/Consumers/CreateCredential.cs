using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>
/// A consumer gets a way to prove who it is. What it opens with is in this answer and nowhere else, ever.
/// </summary>
internal static class CreateCredential
{
    private const int CredentialsMax = 20;

    internal sealed record Request(
        string? Mode = null, ApiKeySettings? ApiKey = null, HmacTerms? Hmac = null, JwtTerms? Jwt = null,
        string[]? AllowedIps = null, int? Qps = null, string? ExpiresAt = null);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/consumers/{consumerId}/credentials", Handle)
        .WithName("createCredential");

    private const string Count = "select count(*) from consumer_credentials where consumer_id = $1";

    private const string NextId = "select nextval(pg_get_serial_sequence('consumer_credentials', 'id'))";

    private const string Insert = $"""
        insert into consumer_credentials (id, tenant_id, consumer_id, mode, status, app_id, allowed_ips, qps,
                                          expires_at, header_name, prefix, algorithm, timestamp_tolerance, issuer,
                                          audience, jwks, created_at, updated_at)
        values ($2, $3, $4, $5, '{Statuses.Active}', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $1, $1)
        """;

    private static async Task<IResult> Handle(
        string consumerId, Request body, Caller caller, NpgsqlDataSource db, Secrets secrets, TimeProvider clock,
        CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (AuthTypes.Check("mode", body.Mode) is { } unknown) return unknown;
        if (new AuthConfigTerms(body.ApiKey, body.Hmac, body.Jwt).Read("", null, out var sent) is { } invalid)
            return invalid;
        if (CallLimits.Check(body.AllowedIps, body.Qps) is { } beyond) return beyond;
        if (CallLimits.ReadExpiry(body.ExpiresAt, now, out var expiry) is { } past) return past;
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var owner = await connection.Command(ConsumerView.Lock).With(consumer).With(caller.TenantId)
            .OneAsync<ConsumerView>(ct);
        if (owner is null) return Errors.NotFound("consumer");
        var mode = body.Mode ?? owner.AuthType;
        if (CredentialSettings.Choose(mode, sent, owner.AuthConfig, out var settings) is { } missing) return missing;
        if (await connection.Command(Count).With(consumer).ValueAsync<long>(ct) >= CredentialsMax)
            return Errors.CredentialLimit(CredentialsMax);

        var id = await connection.Command(NextId).ValueAsync<long>(ct);
        try
        {
            await connection.Command(Insert)
                .With(now).With(id).With(caller.TenantId).With(consumer).With(mode)
                .WithNullable(mode == AuthTypes.Hmac ? Secrets.NewAppId() : null, NpgsqlDbType.Text)
                .With(body.AllowedIps ?? []).WithNullable(body.Qps, NpgsqlDbType.Integer)
                .WithNullable(expiry, NpgsqlDbType.TimestampTz).With(settings, PublicId.Of(PublicId.Credential, id))
                .RunAsync(ct);
        }
        catch (PostgresException error) when (error.Violates(JwtSettings.TokenKey))
        {
            return Errors.TokenKeyTaken(error.MessageText);
        }

        var secret = mode == AuthTypes.Jwt
            ? null
            : await CredentialSecret.MakeAsync(connection, id, mode, secrets, now, ct);
        var credential = (await connection.Command(CredentialView.Find)
            .With(now).With(id).With(consumer).With(caller.TenantId)
            .OneAsync<CredentialView>(ct))!;
        await connection.AuditAsync(caller, new AuditEntry("consumer.credential.create", "consumer_credential", id)
        {
            After = credential.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created(
            $"/api/v1/consumers/{credential.ConsumerId}/credentials/{credential.Id}", credential.Revealing(secret));
    }
}

[JsonSerializable(typeof(CreateCredential.Request))]
[JsonSerializable(typeof(CredentialView))]
internal sealed partial class CreateCredentialJson : JsonSerializerContext;

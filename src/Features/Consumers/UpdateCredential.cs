using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>What is sent changes, the rest stays; its mode and what it opens with do not change here.</summary>
internal static class UpdateCredential
{
    internal sealed record Request(
        string? Status = null, ApiKeySettings? ApiKey = null, HmacTerms? Hmac = null, JwtTerms? Jwt = null,
        string[]? AllowedIps = null,
        [property: JsonConverter(typeof(GivenJson<int?>))] Given<int?> Qps = default,
        [property: JsonConverter(typeof(GivenJson<string>))] Given<string> ExpiresAt = default);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/consumers/{consumerId}/credentials/{credentialId}", Handle)
        .WithName("updateCredential");

    private const string Update = $"""
        update consumer_credentials
           set status = coalesce($5, status), allowed_ips = coalesce($6, allowed_ips), qps = $7, expires_at = $8,
               header_name = $9, prefix = $10, algorithm = $11, timestamp_tolerance = $12, issuer = $13,
               audience = $14, jwks = $15, updated_at = $1
         where id = $2 and consumer_id = $3 and tenant_id = $4
        returning {CredentialView.Columns}
        """;

    private static async Task<IResult> Handle(
        string consumerId, string credentialId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (Statuses.Check("status", body.Status) is { } unknown) return unknown;
        if (CallLimits.Check(body.AllowedIps, body.Qps.Value) is { } beyond) return beyond;
        if (CallLimits.ReadExpiry(body.ExpiresAt.Value, now, out var expiry) is { } past) return past;
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)
            || !PublicId.TryRead(PublicId.Credential, credentialId, out var id))
            return Errors.NotFound("credential");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(CredentialView.Lock)
            .With(now).With(id).With(consumer).With(caller.TenantId)
            .OneAsync<CredentialView>(ct);
        if (before is null) return Errors.NotFound("credential");
        if (body == new Request()) return Errors.Malformed("No fields to update.");
        var sent = new AuthConfigTerms(body.ApiKey, body.Hmac, body.Jwt);
        if (CredentialSettings.Change(before, sent, out var settings) is { } invalid) return invalid;

        CredentialView after;
        try
        {
            after = (await connection.Command(Update)
                .With(now).With(id).With(consumer).With(caller.TenantId)
                .WithNullable(body.Status, NpgsqlDbType.Text)
                .WithNullable(body.AllowedIps, NpgsqlDbType.Array | NpgsqlDbType.Text)
                .WithNullable(body.Qps.IsSent ? body.Qps.Value : before.Qps, NpgsqlDbType.Integer)
                .WithNullable(body.ExpiresAt.IsSent ? expiry : before.ExpiresAt, NpgsqlDbType.TimestampTz)
                .With(settings, before.Id)
                .OneAsync<CredentialView>(ct))!;
        }
        catch (PostgresException error) when (error.Violates(JwtSettings.TokenKey))
        {
            return Errors.TokenKeyTaken(error.MessageText);
        }

        await connection.AuditAsync(caller, new AuditEntry("consumer.credential.update", "consumer_credential", id)
        {
            Before = before.State(),
            After = after.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(UpdateCredential.Request))]
[JsonSerializable(typeof(CredentialView))]
internal sealed partial class UpdateCredentialJson : JsonSerializerContext;

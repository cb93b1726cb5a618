using System.Text.Json.Nodes;

namespace SupplyApi.Features.Consumers;

/// <summary>
/// A credential as its owner sees it. What it opens with is in the answer that made it, and nowhere else.
/// </summary>
/// <param name="ApiKeyValue">Of an API key just made; else null.</param>
/// <param name="SecretKey">Of an HMAC pair just made; else null.</param>
/// <param name="Hint">How the newest key or secret begins and ends.</param>
/// <param name="Rotation">Null unless the key or secret before the newest is still good.</param>
internal sealed record CredentialView(
    string Id, string ConsumerId, string Mode, string? ApiKeyValue, string? SecretKey, string? AppId, string Status,
    ApiKeySettings? ApiKey, HmacSettings? Hmac, JwtSettings? Jwt, string[] AllowedIps, int? Qps, DateTime? ExpiresAt,
    DateTime? LastUsedAt, string? Hint, Rotation? Rotation, DateTime CreatedAt, DateTime UpdatedAt)
    : IRow<CredentialView>
{
    /// <summary>$1 is the present: what ended before it is not told.</summary>
    internal const string Columns = """
        id, consumer_id, mode, app_id, status, header_name, prefix, algorithm, timestamp_tolerance, issuer, audience,
        jwks::text, allowed_ips, qps, expires_at, last_used_at,
        (select hint from consumer_secrets where credential_id = consumer_credentials.id and valid_until is null),
        (select max(valid_until) from consumer_secrets
          where credential_id = consumer_credentials.id and valid_until > $1),
        created_at, updated_at
        """;

    internal const string Find = $"""
        select {Columns} from consumer_credentials where id = $2 and consumer_id = $3 and tenant_id = $4
        """;

    /// <summary>Whoever changes it, or what it opens with, waits.</summary>
    internal const string Lock = $"{Find} for no key update";

    [JsonIgnore]
    internal long Number { get; private init; }

    public static CredentialView Read(NpgsqlDataReader row)
    {
        var (mode, header) = (row.GetString(2), row.TextOrNull(5));
        return new(
            PublicId.Of(PublicId.Credential, row.GetInt64(0)), PublicId.Of(PublicId.Consumer, row.GetInt64(1)), mode,
            null, null, row.TextOrNull(3), row.GetString(4),
            mode == AuthTypes.ApiKey ? new ApiKeySettings(header, row.TextOrNull(6)) : null,
            mode == AuthTypes.Hmac ? new HmacSettings(header!, row.GetString(7), row.GetInt32(8)) : null,
            mode == AuthTypes.Jwt
                ? new JwtSettings(row.GetString(9), row.GetString(10), PublicKeySet.Read(row.GetString(11)))
                : null,
            row.GetFieldValue<string[]>(12), row.ValueOrNull<int>(13), row.ValueOrNull<DateTime>(14),
            row.ValueOrNull<DateTime>(15), row.TextOrNull(16),
            row.ValueOrNull<DateTime>(17) is { } until ? new Rotation(until) : null, row.GetDateTime(18),
            row.GetDateTime(19))
        { Number = row.GetInt64(0) };
    }

    /// <summary>With what only the maker may see.</summary>
    internal CredentialView Revealing(string? secret) => Mode == AuthTypes.Hmac
        ? this with { SecretKey = secret }
        : this with { ApiKeyValue = secret };

    /// <summary>For the audit log.</summary>
    internal JsonObject State() => JsonSerializer
        .SerializeToNode(Revealing(null), AuditedConsumers.Default.CredentialView)!.AsObject();
}

/// <param name="PreviousValidUntil">Until when the key or secret before the newest opens, too.</param>
internal sealed record Rotation(DateTime PreviousValidUntil);

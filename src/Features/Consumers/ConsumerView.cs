using System.Text.Json.Nodes;

namespace SupplyApi.Features.Consumers;

/// <summary>A consumer as its owner sees it.</summary>
/// <param name="Primary">The one that is meant where none is named; at most one of a tenant's.</param>
internal sealed record ConsumerView(
    string Id, string Name, string? Description, string Status, string AuthType, AuthConfig? AuthConfig, bool Primary,
    DateTime CreatedAt, DateTime UpdatedAt) : IRow<ConsumerView>
{
    internal const string Columns =
        "id, name, description, status, auth_type, auth_config::text, is_primary, created_at, updated_at";

    internal const string Find = $"select {Columns} from consumers where id = $1 and tenant_id = $2";

    /// <summary>Others may still refer to it; whoever changes it, or counts what it has, waits.</summary>
    internal const string Lock = $"{Find} for no key update";

    [JsonIgnore]
    internal long Number { get; private init; }

    public static ConsumerView Read(NpgsqlDataReader row) => new(
        PublicId.Of(PublicId.Consumer, row.GetInt64(0)), row.GetString(1), row.TextOrNull(2), row.GetString(3),
        row.GetString(4), AuthConfig.Read(row.TextOrNull(5)), row.GetBoolean(6), row.GetDateTime(7),
        row.GetDateTime(8))
    { Number = row.GetInt64(0) };

    /// <summary>For the audit log.</summary>
    internal JsonObject State() => JsonSerializer
        .SerializeToNode(this, AuditedConsumers.Default.ConsumerView)!.AsObject();
}

/// <summary>What the audit log keeps of a change; it is written without the options of the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConsumerView))]
[JsonSerializable(typeof(CredentialView))]
internal sealed partial class AuditedConsumers : JsonSerializerContext;

using System.Text.Json.Nodes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>A channel as admins see it. That it has a key is all that anybody is told of the key.</summary>
internal sealed record ChannelView(
    long Id, string Name, string Type, string? BaseUrl, bool ApiKeySet, int Priority, int Weight, int MaxConcurrent,
    int RateLimitRpm, bool Enabled, DateTime CreatedAt, DateTime UpdatedAt) : IRow<ChannelView>
{
    /// <summary>Channels and models are nobody's own.</summary>
    internal const long Platform = 0;

    internal const string Columns = """
        id, name, type, base_url, octet_length(credential) > 0, priority, weight, max_concurrent, rate_limit_rpm,
        enabled, created_at, updated_at
        """;

    public static ChannelView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetBoolean(4), row.GetInt32(5),
        row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetBoolean(9), row.GetDateTime(10),
        row.GetDateTime(11));

    /// <summary>For the audit log.</summary>
    internal JsonObject State() => JsonSerializer.SerializeToNode(this, AuditedStates.Default.ChannelView)!.AsObject();
}

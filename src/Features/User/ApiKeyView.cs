namespace SupplyApi.Features.User;

/// <summary>An API key as its owner sees it; the key itself is shown once, when it is made.</summary>
internal sealed record ApiKeyView(
    long Id, string Name, string KeyPrefix, string[] AllowedModels, long[] AllowedUserChannels, string[] AllowedIps,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal QuotaLimit, string? QuotaRemaining, bool Enabled,
    ApiKeyUsage Usage, DateTime? LastUsedAt, DateTime? UsageResetAt, DateTime CreatedAt, DateTime UpdatedAt)
    : IRow<ApiKeyView>
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    internal const string Columns = """
        id, name, key_prefix, allowed_models, allowed_ips, quota_limit, quota_used, enabled, request_count,
        input_tokens, output_tokens, cached_input_tokens, last_used_at, usage_reset_at, created_at, updated_at
        """;

    public static ApiKeyView Read(NpgsqlDataReader row)
    {
        var (limit, used) = (row.GetDecimal(5), row.GetDecimal(6));
        return new(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3), [],
            row.GetFieldValue<string[]>(4), limit, limit == 0 ? null : Money.ToText(Math.Max(0, limit - used)),
            row.GetBoolean(7),
            new ApiKeyUsage(row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11),
                row.GetInt64(9) + row.GetInt64(10), used),
            row.ValueOrNull<DateTime>(12), row.ValueOrNull<DateTime>(13), row.GetDateTime(14), row.GetDateTime(15));
    }
}

/// <param name="InputTokens">All input tokens, cached ones included.</param>
internal sealed record ApiKeyUsage(
    long RequestCount, long InputTokens, long OutputTokens, long CachedInputTokens, long TotalTokens,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal TotalCost);

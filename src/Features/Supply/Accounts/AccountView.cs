namespace SupplyApi.Features.Supply.Accounts;

/// <summary>An account as the supply contract shows it (components/schemas/SupplyAccount).</summary>
internal sealed record AccountView(
    long AccountId, string Provider, string AccountType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AccountAlias, string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? AvailableQuota,
    int RiskScore, DateTime CreatedAt) : IRow<AccountView>
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order. The credential is not among them.</summary>
    internal const string Columns =
        "id, provider, account_type, alias, status, available_quota, risk_score, created_at";

    public static AccountView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetString(4),
        row.ValueOrNull<decimal>(5), row.GetInt32(6), row.GetDateTime(7));
}

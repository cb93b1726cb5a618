namespace SupplyApi.Features.Supply.Packages;

/// <summary>A package as the supply contract shows it (components/schemas/SupplyPackage).</summary>
internal sealed record PackageView(
    long PackageId, long SupplyAccountId, string Model, decimal TotalQuota, decimal AvailableQuota,
    [property: JsonPropertyName("price_per_1m_input")] decimal PricePer1mInput,
    [property: JsonPropertyName("price_per_1m_output")] decimal PricePer1mOutput,
    int ValidDays, string Status, DateTime CreatedAt) : IRow<PackageView>
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    internal const string Columns = """
        id, supply_account_id, model, total_quota, available_quota, price_per_1m_input, price_per_1m_output, valid_days,
        status, created_at
        """;

    public static PackageView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5),
        row.GetDecimal(6), row.GetInt32(7), row.GetString(8), row.GetDateTime(9));
}

namespace SupplyApi.Features.Admin;

/// <summary>A settlement as those see it who pay it. The payment account stays masked.</summary>
internal sealed record SettlementControlView(
    long SettlementId, string SettlementNo, long UserId, string Status,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal TotalAmount,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal FeeAmount,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal NetAmount,
    string PaymentMethod, string PaymentAccount, string? PaymentReference, string? FailureReason,
    DateTime CreatedAt, DateTime UpdatedAt) : IRow<SettlementControlView>
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    internal const string Columns = """
        id, settlement_no, user_id, status, total_amount, fee_amount, net_amount, payment_method,
        payment_account_masked, payment_reference, failure_reason, created_at, updated_at
        """;

    public static SettlementControlView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetDecimal(4), row.GetDecimal(5),
        row.GetDecimal(6), row.GetString(7), row.GetString(8), row.TextOrNull(9), row.TextOrNull(10),
        row.GetDateTime(11), row.GetDateTime(12));
}

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// A settlement as its supplier sees it: the contract's SupplySettlement and what a console needs besides.
/// </summary>
internal sealed record SettlementView(
    long SettlementId, string SettlementNo, string Status, decimal TotalAmount, decimal FeeAmount, decimal NetAmount,
    string PaymentMethod, string PaymentAccount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PaymentReference,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FailureReason,
    DateTime CreatedAt, DateTime UpdatedAt) : IRow<SettlementView>
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    internal const string Columns = """
        id, settlement_no, status, total_amount, fee_amount, net_amount, payment_method, payment_account_masked,
        payment_reference, failure_reason, created_at, updated_at
        """;

    public static SettlementView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5),
        row.GetString(6), row.GetString(7), row.TextOrNull(8), row.TextOrNull(9), row.GetDateTime(10),
        row.GetDateTime(11));
}

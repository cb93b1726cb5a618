using System.Data;
using System.Text.Json.Nodes;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// All that a supplier needs to check a settlement: what was withdrawn of which days, and how the ledger moved it.
/// </summary>
internal sealed record Statement(
    Statement.Head Settlement, IReadOnlyList<Statement.Line> Lines, IReadOnlyList<LedgerEntry> Entries)
{
    private const string Find = """
        select id, settlement_no, tenant_id, user_id, status, total_amount, fee_amount, net_amount, payment_method,
               payment_account_masked, payment_reference, failure_reason, created_at, updated_at
          from supply_settlements
         where id = $1
        """;

    private const string ListLines = """
        select day, platform, amount
          from supply_settlement_lines
         where tenant_id = $1 and settlement_id = $2
         order by amount > 0, day, platform
        """;

    internal sealed record Head(
        long Id, string No, long TenantId, long UserId, string Status, decimal Total, decimal Fee, decimal Net,
        string PaymentMethod, string PaymentAccount, string? PaymentReference, string? FailureReason,
        DateTime CreatedAt, DateTime UpdatedAt) : IRow<Head>
    {
        public static Head Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4), row.GetDecimal(5),
            row.GetDecimal(6), row.GetDecimal(7), row.GetString(8), row.GetString(9), row.TextOrNull(10),
            row.TextOrNull(11), row.GetDateTime(12), row.GetDateTime(13));

        /// <summary>Name and value, in the order of the printed form; what is not known is left out.</summary>
        internal IEnumerable<(string Name, string Value)> Fields()
        {
            yield return ("settlement_no", No);
            yield return ("status", Status);
            yield return ("currency", Money.Currency);
            yield return ("total_amount", Money.ToText(Total));
            yield return ("fee_amount", Money.ToText(Fee));
            yield return ("net_amount", Money.ToText(Net));
            yield return ("payment_method", PaymentMethod);
            yield return ("payment_account", PaymentAccount);
            if (PaymentReference is not null) yield return ("payment_reference", PaymentReference);
            if (FailureReason is not null) yield return ("failure_reason", FailureReason);
            yield return ("created_at", Time(CreatedAt));
            yield return ("updated_at", Time(UpdatedAt));
        }
    }

    internal sealed record Line(DateOnly Day, string Platform, decimal Amount) : IRow<Line>
    {
        public static Line Read(NpgsqlDataReader row) =>
            new(row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetDecimal(2));
    }

    /// <summary>One snapshot: head, lines and entries tell of the same moment.</summary>
    internal static async Task<Statement?> LoadAsync(NpgsqlDataSource db, long settlementId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var head = await connection.Command(Find).With(settlementId).OneAsync<Head>(ct);
        if (head is null) return null;

        var lines = await connection.Command(ListLines).With(head.TenantId).With(settlementId).ListAsync<Line>(ct);
        var entries = await connection.WithdrawalEntriesAsync(
            head.TenantId, SettlementMoney.ReferenceOf(settlementId), ct);
        return new Statement(head, lines, entries);
    }

    /// <summary>The signed form (components/schemas/Statement). All numbers but ids and sequences are text.</summary>
    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["version"] = 1,
            ["settlement_id"] = Settlement.Id,
            ["user_id"] = Settlement.UserId,
            ["lines"] = new JsonArray([.. Lines.Select(static line => (JsonNode)new JsonObject
            {
                ["day"] = $"{line.Day:yyyy-MM-dd}",
                ["platform"] = line.Platform,
                ["amount"] = Money.ToText(line.Amount),
            })]),
            ["entries"] = new JsonArray([.. Entries.Select(static entry => (JsonNode)new JsonObject
            {
                ["account"] = entry.Kind,
                ["sequence"] = entry.Sequence,
                ["transfer_id"] = entry.TransferId.ToString(),
                ["amount"] = Money.ToText(entry.Amount),
                ["balance"] = Money.ToText(entry.Balance),
                ["reason"] = entry.Reason,
                ["posted_at"] = Time(entry.PostedAt),
                ["hash"] = Convert.ToHexStringLower(entry.Hash),
            })]),
        };
        foreach (var (name, value) in Settlement.Fields()) json[name] = value;
        return json;
    }

    internal static string Time(DateTime at) => $"{at:yyyy-MM-ddTHH:mm:ss.ffffff}Z";
}

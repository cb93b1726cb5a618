using System.Text.Json.Nodes;
using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Features.Admin;

/// <summary>A settlement locked for a change of its state, and what its money is.</summary>
internal sealed record SettlementState(long TenantId, string Status, decimal Total, decimal Fee) : IRow<SettlementState>
{
    private const string Lock =
        "select tenant_id, status, total_amount, fee_amount from supply_settlements where id = $1 for update";

    public static SettlementState Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetDecimal(2), row.GetDecimal(3));

    internal static Task<SettlementState?> LockAsync(NpgsqlConnection connection, long id, CancellationToken ct) =>
        connection.Command(Lock).With(id).OneAsync<SettlementState>(ct);

    internal SettlementMoney MoneyOf(long settlementId) => new(TenantId, settlementId, Total, Fee);

    /// <summary>The audit row and the event that every change of state leaves behind.</summary>
    internal async Task RecordAsync(
        NpgsqlConnection connection, Caller caller, string deed, SettlementControlView after, DateTimeOffset now,
        CancellationToken ct)
    {
        var entry = new AuditEntry($"supply.settlement.{deed}", "supply_settlement", after.SettlementId)
        {
            TenantId = TenantId,
            Before = new() { ["status"] = Status },
            After = new() { ["status"] = after.Status },
        };
        if (after.PaymentReference is not null) entry.After["payment_reference"] = after.PaymentReference;
        if (after.FailureReason is not null) entry.After["reason"] = after.FailureReason;
        await connection.AuditAsync(caller, entry, now, ct);
        var payload = new JsonObject
        {
            ["settlement_id"] = after.SettlementId,
            ["status"] = after.Status,
            ["total_amount"] = Total,
        };
        await connection.AnnounceAsync(TenantId, $"supply.settlement.{deed}.success", payload, now, ct);
    }
}

namespace SupplyApi.Features.Admin;

/// <summary>An earning record locked for a change of its state, and the account its money is in.</summary>
internal sealed record EarningState(
    long RecordId, long TenantId, long UserId, string Type, string Platform, decimal Amount, string Status,
    string? Description, DateTimeOffset EarnedAt) : IRow<EarningState>
{
    private const string Lock = """
        select record_id, tenant_id, user_id, earnings_type, platform, amount, status, description, earned_at
          from supply_earnings
         where record_id = $1
           for update
        """;

    private const string Set = """
        update supply_earnings set status = $4 where tenant_id = $1 and earned_at = $2 and record_id = $3
        """;

    public static EarningState Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetDecimal(5),
        row.GetString(6), row.TextOrNull(7), row.GetFieldValue<DateTimeOffset>(8));

    internal static Task<EarningState?> LockAsync(NpgsqlConnection connection, long id, CancellationToken ct) =>
        connection.Command(Lock).With(id).OneAsync<EarningState>(ct);

    /// <summary>
    /// State, money, audit row and event. Null: the account holds less, and nothing of the transaction can be kept.
    /// </summary>
    internal async Task<EarningControlView?> BecomeAsync(
        NpgsqlConnection connection, Caller caller, Change change, DateTimeOffset now, CancellationToken ct)
    {
        await connection.Command(Set).With(TenantId).With(EarnedAt).With(RecordId).With(change.To).RunAsync(ct);
        var transfer = new Transfer(Guid.CreateVersion7(now), $"earnings.{change.Deed}", $"earning/{RecordId}",
        [
            new Leg(TenantId, AccountOf(Status), -Amount),
            new Leg(TenantId, AccountOf(change.To), Amount),
        ]);
        if (!await connection.PostAsync(transfer, now, ct)) return null;

        var entry = new AuditEntry($"supply.earnings.{change.Deed}", "supply_earnings", RecordId)
        {
            TenantId = TenantId,
            Before = new() { ["status"] = Status },
            After = new() { ["status"] = change.To },
        };
        if (change.Reason is not null) entry.After["reason"] = change.Reason;
        await connection.AuditAsync(caller, entry, now, ct);
        await connection.AnnounceAsync(TenantId, $"supply.earnings.{change.Deed}.success",
            new() { ["record_id"] = RecordId, ["status"] = change.To, ["amount"] = Money.Trim(Amount) }, now, ct);
        return new EarningControlView(RecordId, UserId, Type, Amount, change.To, Description, EarnedAt.UtcDateTime);
    }

    private static string AccountOf(string status) => status switch
    {
        "pending" => Ledger.EarningsPending,
        "available" => Ledger.EarningsAvailable,
        "frozen" => Ledger.EarningsFrozen,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <param name="Deed">freeze or release.</param>
    internal readonly record struct Change(string Deed, string To, string? Reason = null);
}

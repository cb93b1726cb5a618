namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// The money of a settlement: out of the lots and into the withdrawal, and from there to its supplier or back. Locks
/// lots before the ledger, as everything that moves earnings does.
/// </summary>
internal static class SettlementBook
{
    // Refunds go first, then the oldest days: what is taken sums to the amount, or to all there is.
    private const string Take = """
        with lots as materialized (
          select day, platform, available
            from supply_earning_lots
           where tenant_id = $1 and available <> 0
           order by day, platform
             for update
        ), placed as (
          select day, platform, available,
                 sum(available) over (order by available > 0, day, platform) - available as before
            from lots
        ), taken as (
          select day, platform, least(available, $3 - before) as amount
            from placed
           where before < $3
        ), moved as (
          update supply_earning_lots lot
             set available = lot.available - taken.amount
            from taken
           where lot.tenant_id = $1 and lot.day = taken.day and lot.platform = taken.platform
        ), listed as (
          insert into supply_settlement_lines (tenant_id, settlement_id, day, platform, amount)
          select $1, $2, day, platform, amount from taken
        )
        select coalesce(sum(amount), 0) from taken
        """;

    private const string GiveBack = """
        with lines as (
          select day, platform, amount from supply_settlement_lines where tenant_id = $1 and settlement_id = $2
        ), locked as materialized (
          select lot.day, lot.platform
            from supply_earning_lots lot
            join lines on lines.day = lot.day and lines.platform = lot.platform
           where lot.tenant_id = $1
           order by lot.day, lot.platform
             for update of lot
        )
        update supply_earning_lots lot
           set available = lot.available + lines.amount
          from locked
          join lines on lines.day = locked.day and lines.platform = locked.platform
         where lot.tenant_id = $1 and lot.day = locked.day and lot.platform = locked.platform
        """;

    // From here on the worker tells the records one by one that they were withdrawn.
    private const string BeginMatching =
        "update supply_settlement_lines set unmatched = amount where tenant_id = $1 and settlement_id = $2";

    /// <summary>
    /// A refusal when the balance does not reach, or when lots and ledger disagree (SUP_SET_5002); nothing of the
    /// transaction can be kept then.
    /// </summary>
    internal static async Task<Refusal?> TakeAsync(
        NpgsqlConnection connection, SettlementMoney money, DateTimeOffset now, CancellationToken ct)
    {
        var taken = await connection.Command(Take)
            .With(money.TenantId).With(money.SettlementId).With(money.Total)
            .ValueAsync<decimal>(ct);
        var available = await connection.BalanceAsync(money.TenantId, Ledger.EarningsAvailable, ct);
        if (available < money.Total) return Errors.SettlementBalance(available);
        if (taken != money.Total) return Errors.LedgerDisagrees;

        var posted = await connection.PostAsync(
            money.Move("settlement.withdraw", now,
                (Ledger.EarningsAvailable, -money.Total), (Ledger.Withdrawing, money.Total)), now, ct);
        return posted ? null : Errors.LedgerDisagrees;
    }

    internal static async Task GiveBackAsync(
        NpgsqlConnection connection, SettlementMoney money, DateTimeOffset now, CancellationToken ct)
    {
        await connection.Command(GiveBack).With(money.TenantId).With(money.SettlementId).RunAsync(ct);
        await PostAsync(connection,
            money.Move("settlement.return", now,
                (Ledger.Withdrawing, -money.Total), (Ledger.EarningsAvailable, money.Total)), now, ct);
    }

    internal static async Task PayOutAsync(
        NpgsqlConnection connection, SettlementMoney money, DateTimeOffset now, CancellationToken ct)
    {
        await connection.Command(BeginMatching).With(money.TenantId).With(money.SettlementId).RunAsync(ct);
        await PostAsync(connection,
            money.Move("settlement.payout", now,
                (Ledger.Withdrawing, -money.Total), (Ledger.PaidOut, money.Total - money.Fee),
                (Ledger.PlatformFee, money.Fee)), now, ct);
    }

    private static async Task PostAsync(
        NpgsqlConnection connection, Transfer transfer, DateTimeOffset now, CancellationToken ct)
    {
        if (!await connection.PostAsync(transfer, now, ct))
            throw new InvalidOperationException(
                $"{transfer.Reference}: the ledger holds less than the settlement says.");
    }
}

/// <summary>Whose settlement it is and how much it moves.</summary>
internal readonly record struct SettlementMoney(long TenantId, long SettlementId, decimal Total, decimal Fee)
{
    /// <summary>How the ledger's transfers name a settlement.</summary>
    internal static string ReferenceOf(long settlementId) => $"settlement/{settlementId}";

    internal Transfer Move(
        string reason, DateTimeOffset now, params ReadOnlySpan<(string Kind, decimal Amount)> legs)
    {
        var moved = new Leg[legs.Length];
        for (var leg = 0; leg < legs.Length; leg++) moved[leg] = new Leg(TenantId, legs[leg].Kind, legs[leg].Amount);
        return new Transfer(Guid.CreateVersion7(now), reason, ReferenceOf(SettlementId), moved);
    }
}

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>What a withdrawal costs and how much may leave how often.</summary>
/// <param name="FeeRate">The platform's share of a withdrawal, 0 to below 1.</param>
internal sealed record WithdrawalTerms(decimal FeeRate)
{
    internal const decimal SingleMax = 50_000;
    internal const decimal DayMax = 200_000;
    internal const int CoolDownMinutes = 15;

    private const int Cents = 2;

    private const string Recent = """
        select coalesce(sum(total_amount) filter (where status <> 'failed' and created_at >= $3), 0),
               max(created_at)
          from supply_settlements
         where tenant_id = $1 and id <> $2 and created_at >= least($3, $4)
        """;

    private sealed record Row(decimal Today, DateTimeOffset? Last) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) =>
            new(row.GetDecimal(0), row.ValueOrNull<DateTimeOffset>(1));
    }

    /// <summary>Null when good.</summary>
    internal static Refusal? CheckAmount(decimal amount)
    {
        if (amount <= 0 || !Money.HasAtMostPlaces(amount, Cents))
            return Errors.Invalid("withdraw_amount", "withdraw_amount must be above 0 with at most 2 decimals.");
        return amount > SingleMax
            ? Errors.Invalid("withdraw_amount", $"withdraw_amount must not exceed {SingleMax:0}.")
            : null;
    }

    /// <summary>Money leaves in cents, so the fee has them too; fee and net always make the whole.</summary>
    internal (decimal Fee, decimal Net) Split(decimal amount)
    {
        var fee = decimal.Round(amount * FeeRate, Cents, MidpointRounding.ToEven);
        return (fee, amount - fee);
    }

    /// <summary>
    /// The day's limit (UTC days; what failed does not count) and the cool-down (every attempt counts). Asked when this
    /// settlement already stands as the one open one of its tenant, so that no other can slip past.
    /// </summary>
    internal static async Task<Refusal?> CheckPaceAsync(
        NpgsqlConnection connection, SettlementMoney money, DateTimeOffset now, CancellationToken ct)
    {
        var coolDown = TimeSpan.FromMinutes(CoolDownMinutes);
        var recent = (await connection.Command(Recent)
            .With(money.TenantId).With(money.SettlementId).With(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero))
            .With(now - coolDown)
            .OneAsync<Row>(ct))!;
        if (recent.Last is { } last && last + coolDown > now) return Errors.WithdrawalTooSoon(last + coolDown - now);
        return recent.Today + money.Total > DayMax ? Errors.WithdrawalDayLimit(DayMax, DayMax - recent.Today) : null;
    }
}

namespace SupplyApi.Features.Supply.Billing;

/// <summary>
/// How many subscriptions to a supplier's packages became active, day by day, in the sums that the bill is drawn from.
/// What was counted stays, whatever becomes of the subscription and its consumer.
/// </summary>
internal static class OrderCount
{
    private const string Add = """
        insert into supply_billing_days as sums (tenant_id, day, platform, orders)
        select package.tenant_id, ($2 at time zone 'UTC')::date, account.provider, 1
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.id = $1
            on conflict (tenant_id, day, platform) do update set orders = sums.orders + excluded.orders
        """;

    internal static Task AddAsync(
        NpgsqlConnection connection, long packageId, DateTimeOffset now, CancellationToken ct) =>
        connection.Command(Add).With(packageId).With(now).RunAsync(ct);
}

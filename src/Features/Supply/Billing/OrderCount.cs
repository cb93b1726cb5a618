namespace SupplyApi.Features.Supply.Billing;

/// <summary>
/// How many subscriptions to a supplier's packages became active, day by day, in the sums that the bill is drawn from.
/// What was counted stays, whatever becomes of the subscription and its consumer. A supplier's own does not count, nor
/// does a second one of a consumer to the same package on one day.
/// </summary>
internal static class OrderCount
{
    private const string Add = """
        insert into supply_billing_days as sums (tenant_id, day, platform, orders)
        select package.tenant_id, ($2 at time zone 'UTC')::date, account.provider, 1
          from subscriptions subscription
          join supply_packages package on package.id = subscription.package_id
          join supply_accounts account on account.id = package.supply_account_id
         where subscription.id = $1 and subscription.tenant_id <> package.tenant_id
           and not exists (select 1
                             from subscriptions before
                            where before.consumer_id = subscription.consumer_id
                              and before.package_id = subscription.package_id and before.id <> subscription.id
                              and before.activated_at >= date_trunc('day', $2 at time zone 'UTC') at time zone 'UTC')
            on conflict (tenant_id, day, platform) do update set orders = sums.orders + excluded.orders
        """;

    internal static Task AddAsync(
        NpgsqlConnection connection, long subscriptionId, DateTimeOffset now, CancellationToken ct) =>
        connection.Command(Add).With(subscriptionId).With(now).RunAsync(ct);
}

using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Supply.Accounts;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// The suppliers' packages: active, on active accounts, their life in days not over. One that is paused or unlisted
/// still serves those who had subscribed to it before.
/// </summary>
internal static class PackageOffers
{
    internal static RoutingSource All { get; } = new(LoadAsync, FindProviderAsync);

    private const string List = """
        select package.id, package.tenant_id, account.owner_id, account.id, account.provider, account.credential,
               package.model, package.price_per_1m_input, package.price_per_1m_output, package.max_concurrent,
               package.rate_limit_rpm, package.published_at, package.expires_at, package.status = 'active'
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.expires_at > $1 and account.status = 'active'
           and (package.status = 'active'
                or (package.status in ('paused', 'expired')
                    and exists (select 1 from subscriptions plan
                                 where plan.package_id = package.id and plan.status = 'ACTIVE')))
        """;

    private const string FindProvider = """
        select account.provider
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.model = $1 and package.status = 'active' and package.expires_at > $2
           and account.status = 'active'
         order by account.provider = any($3) desc, account.provider
         limit 1
        """;

    private const string FindProviderOf = """
        select account.provider
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.id = $1 and package.expires_at > $2 and account.status = 'active'
           and package.status in ('active', 'paused', 'expired')
        """;

    /// <summary>Null where those who have subscribed to it cannot be served.</summary>
    internal static Task<string?> FindProviderAsync(
        NpgsqlConnection connection, long package, DateTimeOffset now, CancellationToken ct) =>
        connection.Command(FindProviderOf).With(package).With(now).ValueAsync<string>(ct);

    private static async Task<IReadOnlyList<Candidate>> LoadAsync(
        NpgsqlConnection connection, CandidateStates states, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await connection.Command(List).With(now).ListAsync<Row>(ct);
        return rows.ConvertAll(row => row.Offer with { State = states.Of(Source.Package, row.Offer.Id) });
    }

    private static Task<string?> FindProviderAsync(
        NpgsqlConnection connection, string model, string[] providers, DateTimeOffset now, CancellationToken ct) =>
        connection.Command(FindProvider).With(model).With(now).With(providers).ValueAsync<string>(ct);

    private sealed record Row(Candidate Offer) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(new Candidate
        {
            Source = Source.Package,
            Id = row.GetInt64(0),
            SupplierTenantId = row.GetInt64(1),
            SupplierUserId = row.GetInt64(2),
            SealedFor = AccountCheck.SealedFor(row.GetInt64(3)),
            Provider = row.GetString(4),
            Credential = row.GetFieldValue<byte[]>(5),
            Model = row.GetString(6),
            UpstreamModel = row.GetString(6),
            Prices = new Prices(row.GetDecimal(7), row.GetDecimal(8)),
            MaxConcurrent = row.GetInt32(9),
            RateLimitRpm = row.GetInt32(10),
            OfferedSince = row.GetFieldValue<DateTimeOffset>(11),
            ExpiresAt = row.GetFieldValue<DateTimeOffset>(12),
            IsOnSale = row.GetBoolean(13),
        });
    }
}

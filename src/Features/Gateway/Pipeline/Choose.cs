using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Supply.Accounts;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>2: who can serve the model, cheapest first.</summary>
internal sealed class Choose(NpgsqlDataSource db, TimeProvider clock)
{
    private const string Find = """
        select package.id, package.tenant_id, account.owner_id, account.id, account.provider, account.credential,
               package.price_per_1m_input, package.price_per_1m_output
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.model = $1 and package.status = 'active' and package.expires_at > $2
           and account.status = 'active' and account.provider = any($3)
         order by package.price_per_1m_output, package.price_per_1m_input, package.id
         limit 16
        """;

    private const string FindProvider = """
        select account.provider
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.model = $1 and package.status = 'active' and package.expires_at > $2
           and account.status = 'active'
         order by account.provider
         limit 1
        """;

    internal async Task<bool> RunAsync(GatewayExchange exchange)
    {
        var (model, now, stop) = (exchange.Request.Model, clock.GetUtcNow(), exchange.Http.RequestAborted);
        await using var connection = await db.OpenConnectionAsync(stop);
        exchange.Candidates = (await connection.Command(Find)
            .With(model).With(now).With(exchange.Protocol.Providers)
            .ListAsync<Offer>(stop)).ConvertAll(one => one.On(model));
        if (exchange.Candidates.Count > 0) return true;

        var other = await connection.Command(FindProvider).With(model).With(now).OneAsync<Speaker>(stop);
        exchange.Refusal = other is null
            ? Errors.NoSuchModel(model)
            : Errors.ModelSpeaksOtherwise(model, Protocol.EndpointOf(other.Provider, model));
        return false;
    }

    private sealed record Offer(
        long PackageId, long TenantId, long OwnerId, long AccountId, string Provider, byte[] Credential,
        Prices Prices) : IRow<Offer>
    {
        public static Offer Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4),
            row.GetFieldValue<byte[]>(5), new Prices(row.GetDecimal(6), row.GetDecimal(7)));

        internal Candidate On(string model) => new()
        {
            Source = Source.Package,
            Id = PackageId,
            Model = model,
            UpstreamModel = model,
            Provider = Provider,
            Credential = Credential,
            SealedFor = AccountCheck.SealedFor(AccountId),
            Prices = Prices,
            SupplierTenantId = TenantId,
            SupplierUserId = OwnerId,
        };
    }

    private sealed record Speaker(string Provider) : IRow<Speaker>
    {
        public static Speaker Read(NpgsqlDataReader row) => new(row.GetString(0));
    }
}

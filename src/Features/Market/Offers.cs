namespace SupplyApi.Features.Market;

/// <summary>Who offers a model right now: suppliers by their packages, the platform by its own channels.</summary>
internal static class Offers
{
    /// <summary>
    /// All that is on sale of the row `product` at the moment $1, as a subquery. The same that the gateway routes to.
    /// </summary>
    internal const string OfProduct = """
        select account.provider, package.id as package_id, package.price_per_1m_input as input,
               package.price_per_1m_output as output, null::numeric as request, package.published_at as since
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id and account.status = 'active'
         where package.model = product.model and package.status = 'active' and package.expires_at > $1
         union all
        select channel.type, null, model.input_price, model.output_price,
               case when model.quota_type = 1 then model.request_price end, served.created_at
          from models model
          join channel_models served on served.model_id = model.id and served.enabled
          join channels channel on channel.id = served.channel_id and channel.enabled
         where model.model_name = product.model and model.enabled
        """;

    /// <summary>The order in which the gateway asks when it asks the cheapest first.</summary>
    internal const string CheapestFirst = """
        coalesce(request, (coalesce(input, 0) + coalesce(output, 0)) / 1000), coalesce(output, 0), since
        """;

    /// <summary>The row `package` is on sale at the moment $1.</summary>
    internal const string IsPackageOnSale = """
        package.status = 'active' and package.expires_at > $1
           and exists (select 1
                         from supply_accounts account
                        where account.id = package.supply_account_id and account.status = 'active')
        """;
}

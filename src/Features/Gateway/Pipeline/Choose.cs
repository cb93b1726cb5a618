namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>2: who can serve the model, cheapest first.</summary>
internal sealed class Choose(NpgsqlDataSource db, TimeProvider clock)
{
    private static readonly string[] OpenAiProviders = ["openai", "baidu", "xfyun", "tencent"];

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

    internal async Task<bool> RunAsync(GatewayExchange exchange)
    {
        await using var connection = await db.OpenConnectionAsync(exchange.Http.RequestAborted);
        exchange.Candidates = await connection.Command(Find)
            .With(exchange.Request.Model).With(clock.GetUtcNow()).With(OpenAiProviders)
            .ListAsync<Candidate>(exchange.Http.RequestAborted);
        if (exchange.Candidates.Count > 0) return true;

        exchange.Refusal = Errors.NoSuchModel(exchange.Request.Model);
        return false;
    }
}

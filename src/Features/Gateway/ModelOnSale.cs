namespace SupplyApi.Features.Gateway;

/// <summary>A model that somebody offers right now and the key may use.</summary>
internal sealed record ModelOnSale(string Id, DateTimeOffset Since) : IRow<ModelOnSale>
{
    public static ModelOnSale Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1));

    private const string List = """
        select package.model, min(package.published_at)
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.status = 'active' and package.expires_at > $1 and account.status = 'active'
           and (cardinality($2::text[]) = 0 or package.model = any($2))
           and (cardinality($3::text[]) = 0 or account.provider = any($3))
         group by package.model
         order by package.model
        """;

    /// <param name="providers">Whose models; empty for everybody's.</param>
    internal static async Task<IReadOnlyList<ModelOnSale>> ListAsync(
        NpgsqlDataSource db, KeyHolder key, string[] providers, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(List)
            .With(now).With(key.AllowedModels).With(providers)
            .ListAsync<ModelOnSale>(ct);
    }
}

using Microsoft.Extensions.Caching.Hybrid;

namespace SupplyApi.Features.Auth;

/// <summary>The site's switches as admins set them; a change is seen on every node within the cache's second.</summary>
internal sealed class SiteSettings(NpgsqlDataSource db, HybridCache cache)
{
    private const string Find = "select value from site_settings where name = $1";

    internal const string Put = """
        insert into site_settings (name, value) values ($1, $2)
            on conflict (name) do update set value = excluded.value
        """;

    /// <summary>Switches are on unless an admin turned them off.</summary>
    internal async ValueTask<bool> IsOnAsync(string name, CancellationToken ct) =>
        await cache.GetOrCreateAsync(
            $"site/{name}", (db, name),
            static async (from, stop) =>
            {
                await using var connection = await from.db.OpenConnectionAsync(stop);
                return await connection.Command(Find).With(from.name).ValueAsync<string>(stop) is not "false";
            },
            cancellationToken: ct);
}

using System.Net;
using Microsoft.Extensions.Caching.Hybrid;

namespace SupplyApi.Features.Gateway;

/// <summary>An API key that was presented and is good: whose it is and what it may.</summary>
/// <param name="QuotaLimit">Zero: none.</param>
internal sealed record KeyHolder(
    long KeyId, long UserId, long TenantId, string[] AllowedModels, string[] AllowedAddresses, decimal QuotaLimit)
    : IRow<KeyHolder>
{
    public static ValueTask<KeyHolder?> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<KeyHolder>());

    public static KeyHolder Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2),
        row.GetFieldValue<string[]>(3), row.GetFieldValue<string[]>(4), row.GetDecimal(5));

    /// <summary>An empty list allows all.</summary>
    internal bool Allows(string model) =>
        AllowedModels.Length == 0 || AllowedModels.Contains(model, StringComparer.Ordinal);

    internal bool Allows(IPAddress? address)
    {
        if (AllowedAddresses.Length == 0) return true;
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return AllowedAddresses.Any(one =>
            IPAddress.TryParse(one, out var single) ? single.Equals(plain) : IPNetwork.Parse(one).Contains(plain));
    }
}

/// <summary>
/// Knows keys by their hash. A key that was disabled is refused on every node within the cache's second.
/// </summary>
internal sealed class KeyDirectory(NpgsqlDataSource db, HybridCache cache)
{
    private const string Find = """
        select id, user_id, tenant_id, allowed_models, allowed_ips, quota_limit
          from api_keys
         where key_hash = $1 and enabled
        """;

    internal async ValueTask<KeyHolder?> FindAsync(string key, CancellationToken ct)
    {
        var hash = Secrets.Hash(key);
        return await cache.GetOrCreateAsync(
            $"key/{Convert.ToHexString(hash)}", (db, hash),
            static async (from, stop) =>
            {
                await using var connection = await from.db.OpenConnectionAsync(stop);
                return await connection.Command(Find).With(from.hash).OneAsync<KeyHolder>(stop);
            },
            cancellationToken: ct);
    }
}

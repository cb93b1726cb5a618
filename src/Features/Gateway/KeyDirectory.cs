using System.Collections.Concurrent;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway;

/// <summary>
/// Knows keys by their hash. One that was seen before is known until a notice says that it changed; when no notice
/// could come (<see cref="RoutingFeed.IsLive"/>), for a second. That nobody has a key is known for a second, too.
/// While the database does not answer, a key that was good goes on: what it can spend is in this node's leases.
/// </summary>
internal sealed class KeyDirectory
{
    private const int KnownMax = 200_000;
    private const int UnknownMax = 20_000;
    private const long BriefMs = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private const string Find = """
        select id, user_id, tenant_id, allowed_models, allowed_ips, quota_limit
          from api_keys
         where key_hash = $1 and enabled
        """;

    private readonly NpgsqlDataSource db;
    private readonly RoutingFeed feed;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<KeyHash, Known> known = new();
    private readonly ConcurrentDictionary<long, KeyHash> hashes = new();
    private readonly ConcurrentDictionary<KeyHash, long> unknownUntil = new();
    private readonly ConcurrentDictionary<KeyHash, Lazy<Task<KeyHolder?>>> underWay = new();
    private long changes;
    private long epoch;

    public KeyDirectory(NpgsqlDataSource db, RoutingFeed feed, TimeProvider clock)
    {
        (this.db, this.feed, this.clock) = (db, feed, clock);
        feed.Subscribe(RoutingFeed.Keys, Forget, MissedAll);
    }

    internal ValueTask<KeyHolder?> FindAsync(KeyHash hash, CancellationToken ct)
    {
        if (known.TryGetValue(hash, out var found)
            && ((found.Epoch == Interlocked.Read(ref epoch) && feed.IsLive) || clock.Milliseconds() < found.BriefUntil))
            return new(found.Holder);
        if (unknownUntil.TryGetValue(hash, out var until) && clock.Milliseconds() < until) return default;
        return new(found.Holder is null ? LookUpAsync(hash, ct) : LookAgainAsync(hash, found, ct));
    }

    private async Task<KeyHolder?> LookAgainAsync(KeyHash hash, Known before, CancellationToken ct)
    {
        try
        {
            return await LookUpAsync(hash, ct).WaitAsync(Patience, ct);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            known.TryUpdate(hash, before with { BriefUntil = clock.Milliseconds() + BriefMs }, before);
            return before.Holder;
        }
    }

    private Task<KeyHolder?> LookUpAsync(KeyHash hash, CancellationToken ct)
    {
        // Apart from any single caller's cancellation: others may be waiting for the same key.
        var flight = underWay.GetOrAdd(
            hash, static (one, self) => new Lazy<Task<KeyHolder?>>(() => self.LoadAsync(one)), this);
        return flight.Value.WaitAsync(ct);
    }

    private async Task<KeyHolder?> LoadAsync(KeyHash hash)
    {
        try
        {
            var before = Interlocked.Read(ref changes);
            await using var connection = await db.OpenConnectionAsync();
            var holder = await connection.Command(Find).With(hash.ToBytes()).OneAsync<KeyHolder>(default);
            if (holder is null) Miss(hash);
            else Keep(hash, holder, before);
            return holder;
        }
        finally
        {
            underWay.TryRemove(hash, out _);
        }
    }

    private void Keep(KeyHash hash, KeyHolder holder, long before)
    {
        if (known.Count >= KnownMax) Trim();
        var entry = new Known(holder, clock.Milliseconds() + BriefMs, Interlocked.Read(ref epoch));
        hashes[holder.KeyId] = hash;
        known[hash] = entry;
        // A change that was told while the row was being read may be younger than the row.
        if (Interlocked.Read(ref changes) != before) known.TryUpdate(hash, entry with { Epoch = -1 }, entry);
    }

    private void Miss(KeyHash hash)
    {
        known.TryRemove(hash, out _);
        if (unknownUntil.Count >= UnknownMax) unknownUntil.Clear();
        unknownUntil[hash] = clock.Milliseconds() + BriefMs;
    }

    private void Forget(string id)
    {
        Interlocked.Increment(ref changes);
        unknownUntil.Clear();
        if (long.TryParse(id, out var key) && hashes.TryRemove(key, out var hash)) known.TryRemove(hash, out _);
    }

    private void MissedAll()
    {
        Interlocked.Increment(ref changes);
        Interlocked.Increment(ref epoch);
        unknownUntil.Clear();
    }

    private void Trim()
    {
        foreach (var (hash, entry) in known.Take(KnownMax / 8))
        {
            hashes.TryRemove(entry.Holder.KeyId, out _);
            known.TryRemove(hash, out _);
        }
    }

    /// <param name="Epoch">Until a notice, while this is the present one; else for its brief time only.</param>
    private readonly record struct Known(KeyHolder Holder, long BriefUntil, long Epoch);
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;

namespace SupplyApi.Host;

/// <summary>
/// HybridCache's seam with this process's memory behind it: one factory call per key at a time, short lives, tags.
/// Only for values that may be a second old on another node.
/// </summary>
internal sealed class LocalCache(TimeProvider clock) : HybridCache
{
    private const int EntriesMax = 100_000;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public override async ValueTask<T> GetOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        if (entries.TryGetValue(key, out var found) && found.Until > clock.GetTimestamp())
            return await ((Task<T>)found.Value.Value).WaitAsync(cancellationToken);

        // The factory runs apart from any single caller's cancellation: others may be waiting for the same value.
        var made = new Entry(
            new Lazy<Task>(() => factory(state, CancellationToken.None).AsTask()),
            clock.GetTimestamp()
                + ((options?.Expiration ?? Life).Ticks * clock.TimestampFrequency / TimeSpan.TicksPerSecond),
            tags?.ToArray() ?? []);
        var entry = entries.AddOrUpdate(key, made, (_, other) => ReferenceEquals(other, found) ? made : other);
        if (entries.Count > EntriesMax) Trim();

        try
        {
            return await ((Task<T>)entry.Value.Value).WaitAsync(cancellationToken);
        }
        catch (Exception) when (entry.Value.Value.IsFaulted)
        {
            entries.TryRemove(new KeyValuePair<string, Entry>(key, entry));
            throw;
        }
    }

    public override ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        entries.TryRemove(key, out _);
        return new ValueTask(GetOrCreateAsync(
            key, value, static (known, _) => ValueTask.FromResult(known), options, tags, cancellationToken).AsTask());
    }

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        entries.TryRemove(key, out _);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        foreach (var entry in entries.Where(entry => entry.Value.Tags.Contains(tag))) entries.TryRemove(entry);
        return ValueTask.CompletedTask;
    }

    private void Trim()
    {
        var now = clock.GetTimestamp();
        foreach (var entry in entries.Where(entry => entry.Value.Until <= now)) entries.TryRemove(entry);
        if (entries.Count > EntriesMax) entries.Clear();
    }

    private sealed record Entry(Lazy<Task> Value, long Until, string[] Tags);
}

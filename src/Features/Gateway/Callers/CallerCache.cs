using System.Collections.Concurrent;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// Who was found to be a good caller, by the hash of what was presented, and what of it was told to have changed.
/// </summary>
internal sealed class CallerCache(int max)
{
    private readonly ConcurrentDictionary<KeyHash, Known> known = new();
    private readonly ConcurrentDictionary<long, KeyHash> ofKeys = new();
    private readonly ConcurrentDictionary<long, Changes> ofConsumers = new();

    internal bool TryFind(KeyHash hash, out Known found) => known.TryGetValue(hash, out found);

    internal void Keep(KeyHash hash, KeyHolder holder, long briefUntil, long epoch)
    {
        if (known.Count >= max) Trim();
        if (holder.Subscriber is not { } one)
        {
            ofKeys[holder.KeyId] = hash;
            known[hash] = new Known(holder, briefUntil, epoch, null, 0);
            return;
        }

        var changes = ofConsumers.GetOrAdd(one.ConsumerId, static _ => new Changes());
        known[hash] = new Known(holder, briefUntil, epoch, changes, changes.Count);
    }

    /// <summary>A moment longer, unless it was found anew meanwhile.</summary>
    internal void Prolong(KeyHash hash, in Known before, long briefUntil) =>
        known.TryUpdate(hash, before with { BriefUntil = briefUntil }, before);

    internal void Remove(KeyHash hash) => known.TryRemove(hash, out _);

    internal void ForgetKey(long id)
    {
        if (ofKeys.TryRemove(id, out var hash)) known.TryRemove(hash, out _);
    }

    /// <summary>All that it was found by: keys, tokens, apps.</summary>
    internal void ForgetConsumer(long id)
    {
        if (ofConsumers.TryGetValue(id, out var changes)) changes.Add();
    }

    // A consumer that is dropped here must not be told of changes any more: what is known of it ends.
    private void Trim()
    {
        foreach (var (hash, entry) in known.Take((max / 8) + 1))
        {
            if (entry.Holder.Subscriber is { } one && ofConsumers.TryRemove(one.ConsumerId, out var changes))
                changes.Add();
            else ofKeys.TryRemove(entry.Holder.KeyId, out _);
            known.TryRemove(hash, out _);
        }
    }

    /// <param name="Epoch">Until a notice, while this is the present one; else for its brief time only.</param>
    /// <param name="Changes">Of its consumer; null for a user's own key, which is forgotten by its id.</param>
    internal readonly record struct Known(
        KeyHolder Holder, long BriefUntil, long Epoch, Changes? Changes, long Seen)
    {
        internal bool IsUnchanged => Changes is null || Changes.Count == Seen;
    }

    internal sealed class Changes
    {
        private long count;

        internal long Count => Volatile.Read(ref count);

        internal void Add() => Interlocked.Increment(ref count);
    }
}

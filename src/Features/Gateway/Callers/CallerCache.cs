using System.Collections.Concurrent;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// Who was found to be a good caller, by the hash of what was presented, and what of it was told to have changed.
/// </summary>
/// <param name="likeness">Of hashes; their own unless given.</param>
internal sealed class CallerCache(int max, IEqualityComparer<KeyHash>? likeness = null)
{
    private const long Uncertain = -1;

    private readonly ConcurrentDictionary<KeyHash, Known> known = new(likeness);
    private readonly ConcurrentDictionary<long, KeyHash> ofKeys = new();
    private readonly ConcurrentDictionary<long, Changes> ofConsumers = new();
    private long told;
    private long epoch;

    /// <summary>How much was told so far: taken before a caller is read, and given back with what was read.</summary>
    internal long Told => Interlocked.Read(ref told);

    internal bool TryFind(KeyHash hash, out Known found) => known.TryGetValue(hash, out found);

    /// <summary>It is as it was found to be until a notice says otherwise.</summary>
    internal bool IsCertain(in Known found) => found.Epoch == Interlocked.Read(ref epoch);

    /// <param name="toldBefore"><see cref="Told"/> before the caller was read.</param>
    internal void Keep(KeyHash hash, KeyHolder holder, long briefUntil, long toldBefore)
    {
        if (known.Count >= max) Trim();
        var consumer = holder.Subscriber?.ConsumerId;
        var changes = consumer is { } one ? ofConsumers.GetOrAdd(one, static _ => new Changes()) : null;
        var entry = new Known(holder, briefUntil, Interlocked.Read(ref epoch), changes, changes?.Count ?? 0);
        known[hash] = entry;
        if (changes is null) ofKeys[holder.KeyId] = hash;

        // A change that was told before it was all in its place may be younger than the row, and was not found here: so
        // this is looked at when it is. Likewise where its consumer was dropped meanwhile.
        if (Told != toldBefore || (consumer is { } its && !IsTold(its, changes!)))
            known.TryUpdate(hash, entry with { Epoch = Uncertain }, entry);
    }

    /// <summary>A moment longer, unless it was found anew meanwhile.</summary>
    internal void Prolong(KeyHash hash, in Known before, long briefUntil) =>
        known.TryUpdate(hash, before with { BriefUntil = briefUntil }, before);

    internal void Remove(KeyHash hash) => known.TryRemove(hash, out _);

    internal void ForgetKey(long id)
    {
        Interlocked.Increment(ref told);
        if (ofKeys.TryRemove(id, out var hash)) known.TryRemove(hash, out _);
    }

    /// <summary>All that it was found by: keys, tokens, apps.</summary>
    internal void ForgetConsumer(long id)
    {
        Interlocked.Increment(ref told);
        if (ofConsumers.TryGetValue(id, out var changes)) changes.Add();
    }

    /// <summary>There may have been notices that did not come: nothing is certain any more.</summary>
    internal void Doubt()
    {
        Interlocked.Increment(ref told);
        Interlocked.Increment(ref epoch);
    }

    private bool IsTold(long consumer, Changes changes) =>
        ofConsumers.TryGetValue(consumer, out var present) && present == changes;

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

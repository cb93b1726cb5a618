using System.Collections.Concurrent;
using System.Globalization;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// Knows callers by the hash of what they present. One that was seen before is known until a notice says that it
/// changed; when no notice could come (<see cref="RoutingFeed.IsLive"/>), for a second. That nobody has a key is known
/// for a second, too. While the database does not answer, a key that was good goes on: what it can spend is in this
/// node's leases.
/// </summary>
internal sealed class KeyDirectory
{
    private const int KeysMax = 200_000;
    private const int TokensMax = 20_000;
    private const int UnknownMax = 20_000;
    private const long BriefMs = 1_000;
    private const string OfConsumer = "consumer/";
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private const string FindKey = """
        select id, user_id, tenant_id, allowed_models, allowed_ips, quota_limit
          from api_keys
         where key_hash = $1 and enabled
        """;

    private readonly NpgsqlDataSource db;
    private readonly RoutingFeed feed;
    private readonly TimeProvider clock;
    private readonly CallerCache keys = new(KeysMax);
    private readonly CallerCache tokens = new(TokensMax);
    private readonly ConcurrentDictionary<KeyHash, long> unknownUntil = new();
    private readonly ConcurrentDictionary<KeyHash, Lazy<Task<KeyHolder?>>> underWay = new();

    public KeyDirectory(NpgsqlDataSource db, RoutingFeed feed, TimeProvider clock)
    {
        (this.db, this.feed, this.clock) = (db, feed, clock);
        feed.Subscribe(RoutingFeed.Keys, Forget, MissedAll);
    }

    internal ValueTask<KeyHolder?> FindAsync(KeyHash hash, Proof proof, CancellationToken ct)
    {
        if (CacheOf(proof).TryFind(hash, out var found) && found.IsUnchanged)
        {
            if (found.Holder.Subscriber is { } one && one.Until <= clock.GetUtcNow()) return default;
            if ((CacheOf(proof).IsCertain(found) && feed.IsLive) || clock.Milliseconds() < found.BriefUntil)
                return new(found.Holder);
            return new(LookAgainAsync(hash, proof, found, ct));
        }

        if (unknownUntil.TryGetValue(hash, out var until) && clock.Milliseconds() < until) return default;
        return new(LookUpAsync(hash, proof, ct));
    }

    private async Task<KeyHolder?> LookAgainAsync(
        KeyHash hash, Proof proof, CallerCache.Known before, CancellationToken ct)
    {
        try
        {
            return await LookUpAsync(hash, proof, ct).WaitAsync(Patience, ct);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            CacheOf(proof).Prolong(hash, before, clock.Milliseconds() + BriefMs);
            return before.Holder;
        }
    }

    private Task<KeyHolder?> LookUpAsync(KeyHash hash, Proof proof, CancellationToken ct)
    {
        // Apart from any single caller's cancellation: others may be waiting for the same key.
        var flight = underWay.GetOrAdd(
            hash,
            static (one, from) => new Lazy<Task<KeyHolder?>>(() => from.Self.LoadAsync(one, from.Proof)),
            (Self: this, Proof: proof));
        return flight.Value.WaitAsync(ct);
    }

    private async Task<KeyHolder?> LoadAsync(KeyHash hash, Proof proof)
    {
        try
        {
            var told = CacheOf(proof).Told;
            var holder = await ReadAsync(hash, proof);
            if (holder is null) Miss(hash, proof);
            else CacheOf(proof).Keep(hash, holder, clock.Milliseconds() + BriefMs, told);
            return holder;
        }
        finally
        {
            underWay.TryRemove(hash, out _);
        }
    }

    private async Task<KeyHolder?> ReadAsync(KeyHash hash, Proof proof)
    {
        var now = clock.GetUtcNow();
        if (proof.Kind == ProofKind.Token) return await ReadAsync(proof.Token!, now);
        await using var connection = await db.OpenConnectionAsync();
        switch (proof.Kind)
        {
            case ProofKind.UserKey:
                return await connection.Command(FindKey).With(hash.ToBytes()).OneAsync<KeyHolder>(default);
            case ProofKind.ConsumerKey:
                return (await connection.Command(SubscriberRow.ByKey)
                    .With(hash.ToBytes()).With(now)
                    .OneAsync<SubscriberRow>(default))?.Holder;
            default:
                return (await connection.Command(SubscriberRow.ById)
                    .With(proof.CredentialId).With(now)
                    .OneAsync<SubscriberRow>(default))?.Holder;
        }
    }

    // Anybody can send a token: nothing is looked for before it can be good, and no connection waits for its check.
    private async Task<KeyHolder?> ReadAsync(string text, DateTimeOffset now)
    {
        if (ConsumerToken.Read(text) is not { } token || !token.IsOfNow(now)) return null;
        if (await FindAsync(token, now) is not { Keys: { } keys } one || !token.IsSignedBy(keys)) return null;
        var subscriber = one.Holder.Subscriber!;
        return token.ExpiresAt < subscriber.Until
            ? one.Holder with { Subscriber = subscriber with { Until = token.ExpiresAt } }
            : one.Holder;
    }

    private async Task<SubscriberRow?> FindAsync(ConsumerToken token, DateTimeOffset now)
    {
        await using var connection = await db.OpenConnectionAsync();
        return await connection.Command(SubscriberRow.ByToken)
            .With(token.Issuer).With(now).With(token.Audiences).With(token.Kids)
            .OneAsync<SubscriberRow>(default);
    }

    private CallerCache CacheOf(Proof proof) => proof.Kind == ProofKind.Token ? tokens : keys;

    private void Miss(KeyHash hash, Proof proof)
    {
        CacheOf(proof).Remove(hash);
        if (unknownUntil.Count >= UnknownMax) unknownUntil.Clear();
        unknownUntil[hash] = clock.Milliseconds() + BriefMs;
    }

    private void Forget(string what)
    {
        unknownUntil.Clear();
        if (long.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out var key)) keys.ForgetKey(key);
        else if (what.StartsWith(OfConsumer, StringComparison.Ordinal)
            && long.TryParse(
                what.AsSpan(OfConsumer.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var consumer))
        {
            keys.ForgetConsumer(consumer);
            tokens.ForgetConsumer(consumer);
        }
    }

    private void MissedAll()
    {
        keys.Doubt();
        tokens.Doubt();
        unknownUntil.Clear();
    }
}

/// <summary>What was presented, as far as it matters for how it is looked up.</summary>
internal readonly record struct Proof(ProofKind Kind, string? Token = null, long CredentialId = 0);

internal enum ProofKind
{
    UserKey,
    ConsumerKey,
    Token,

    /// <summary>A signed request; its signature was checked.</summary>
    App,
}

using System.Collections.Concurrent;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Signing;

/// <summary>
/// Knows apps by their id. One that was seen before is known until a notice says that its consumer changed; when no
/// notice could come (<see cref="RoutingFeed.IsLive"/>), for a second. That there is no such app is known for a second,
/// too.
/// </summary>
internal sealed class AppDirectory
{
    private const int KnownMax = 20_000;
    private const int UnknownMax = 20_000;
    private const string Notice = "consumer/";
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource db;
    private readonly Secrets secrets;
    private readonly RoutingFeed feed;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, Known> known = new();
    private readonly ConcurrentDictionary<string, long> unknownSince = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<App?>>> underWay = new();
    private long changes;

    public AppDirectory(NpgsqlDataSource db, Secrets secrets, RoutingFeed feed, TimeProvider clock)
    {
        (this.db, this.secrets, this.feed, this.clock) = (db, secrets, feed, clock);
        feed.Subscribe(RoutingFeed.Keys, Forget, ForgetAll);
    }

    /// <param name="appId">Has the form of one: what is kept of unknown ones is short.</param>
    internal ValueTask<App?> FindAsync(string appId, CancellationToken ct)
    {
        if (known.TryGetValue(appId, out var found)
            && ((found.IsCertain && feed.IsLive) || clock.GetElapsedTime(found.Since) < Brief))
            return new(found.App);
        if (unknownSince.TryGetValue(appId, out var since) && clock.GetElapsedTime(since) < Brief) return default;
        return new(LookUpAsync(appId, ct));
    }

    /// <summary>As the database has it now, whatever is known. However many ask, one look at a time.</summary>
    internal async Task<App?> FindAgainAsync(string appId, CancellationToken ct)
    {
        // One that is under way may have read before what is looked for was there. The next one has not.
        if (underWay.TryGetValue(appId, out var before)) await before.Value.WaitAsync(ct);
        return await LookUpAsync(appId, ct);
    }

    private Task<App?> LookUpAsync(string appId, CancellationToken ct)
    {
        // Apart from any single caller's cancellation: others may be waiting for the same app.
        var flight = underWay.GetOrAdd(
            appId, static (one, self) => new Lazy<Task<App?>>(() => self.LoadAsync(one)), this);
        return flight.Value.WaitAsync(ct);
    }

    private async Task<App?> LoadAsync(string appId)
    {
        try
        {
            var before = Interlocked.Read(ref changes);
            await using var connection = await db.OpenConnectionAsync();
            var app = await App.FindAsync(connection, secrets, appId, default);
            if (app is null) Miss(appId);
            else Keep(appId, app, before);
            return app;
        }
        finally
        {
            underWay.TryRemove(appId, out _);
        }
    }

    private void Keep(string appId, App app, long before)
    {
        if (known.Count >= KnownMax) known.Clear();
        var entry = new Known(app, clock.GetTimestamp(), IsCertain: true);
        known[appId] = entry;
        // A change that was told while the row was being read may be younger than the row.
        if (Interlocked.Read(ref changes) != before) known.TryUpdate(appId, entry with { IsCertain = false }, entry);
    }

    private void Miss(string appId)
    {
        known.TryRemove(appId, out _);
        if (unknownSince.Count >= UnknownMax) unknownSince.Clear();
        unknownSince[appId] = clock.GetTimestamp();
    }

    private void Forget(string payload)
    {
        if (!payload.StartsWith(Notice, StringComparison.Ordinal)) return;
        Interlocked.Increment(ref changes);
        unknownSince.Clear();
        if (!long.TryParse(payload.AsSpan(Notice.Length), out var consumer)) return;
        foreach (var (appId, one) in known)
        {
            if (one.App.Identity.ConsumerId == consumer) known.TryRemove(appId, out _);
        }
    }

    private void ForgetAll()
    {
        Interlocked.Increment(ref changes);
        known.Clear();
        unknownSince.Clear();
    }

    /// <param name="IsCertain">Until a notice; else for its brief time only.</param>
    private sealed record Known(App App, long Since, bool IsCertain);
}

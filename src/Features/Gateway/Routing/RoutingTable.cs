using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// The snapshot of this moment. It is loaded again on notice and on a slow beat, one load at a time; whatever is told
/// while one runs is in the next.
/// </summary>
internal sealed partial class RoutingTable : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BeatUntold = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestMax = TimeSpan.FromMilliseconds(250);

    private static readonly RoutingSource[] Sources = [PackageOffers.All, ChannelOffers.All];

    private const string FindRule = $"select value from site_settings where name = '{RoutingRules.Setting}'";

    private readonly NpgsqlDataSource db;
    private readonly RoutingFeed feed;
    private readonly TimeProvider clock;
    private readonly ILogger<RoutingTable> logger;
    private readonly CandidateStates states = new();
    private readonly SemaphoreSlim wanted = new(0);
    private readonly Lock gate = new();
    private TaskCompletionSource? next;
    private bool isWanted;
    private volatile RoutingSnapshot current = RoutingSnapshot.Empty;

    public RoutingTable(NpgsqlDataSource db, RoutingFeed feed, TimeProvider clock, ILogger<RoutingTable> logger)
    {
        (this.db, this.feed, this.clock, this.logger) = (db, feed, clock, logger);
        feed.Subscribe(RoutingFeed.Routes, _ => Want(), Want);
    }

    internal RoutingSnapshot Current => current;

    /// <summary>Ends with a load that began after this was called.</summary>
    internal Task RefreshAsync()
    {
        lock (gate)
        {
            next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Want();
            return next.Task;
        }
    }

    /// <summary>Whose provider offers the model, asked of the database: it may be younger than the snapshot.</summary>
    /// <param name="providers">Whose are preferred.</param>
    internal async Task<string?> FindProviderAsync(string model, string[] providers, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        string? found = null;
        foreach (var source in Sources)
        {
            found = await source.FindProviderAsync(connection, model, providers, clock.GetUtcNow(), ct) ?? found;
            if (found is not null && providers.Contains(found)) break;
        }

        return found;
    }

    /// <summary>The same of one package, for those who have subscribed to it.</summary>
    internal async Task<string?> FindProviderAsync(long package, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await PackageOffers.FindProviderAsync(connection, package, clock.GetUtcNow(), ct);
    }

    internal async Task RunAsync(CancellationToken stop)
    {
        var isFailing = false;
        try
        {
            while (true)
            {
                var began = clock.GetTimestamp();
                var waiting = TakeWaiting();
                try
                {
                    current = await LoadAsync(stop);
                    waiting?.SetResult();
                    isFailing = false;
                }
                catch (Exception error) when (error.IsOfDatabase())
                {
                    if (!isFailing) Failed(logger, error.Message);
                    isFailing = true;
                    waiting?.SetException(error);
                }

                // In a storm of changes the loads take half of the time at most.
                var ended = clock.GetTimestamp();
                var rest = clock.GetElapsedTime(began, ended) is var took && took < RestMax ? took : RestMax;
                await wanted.WaitAsync(feed.IsLive && !isFailing ? Beat : BeatUntold, stop);
                if (rest - clock.GetElapsedTime(ended) is { Ticks: > 0 } left) await Task.Delay(left, stop);
            }
        }
        finally
        {
            TakeWaiting()?.TrySetCanceled(stop);
        }
    }

    public void Dispose() => wanted.Dispose();

    private async Task<RoutingSnapshot> LoadAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rule = RoutingRules.Of(await connection.Command(FindRule).ValueAsync<string>(ct));
        var candidates = new List<Candidate>();
        foreach (var source in Sources)
            candidates.AddRange(await source.LoadAsync(connection, states, clock.GetUtcNow(), ct));
        var snapshot = RoutingSnapshot.Of(rule, candidates, states);
        states.Forget(snapshot, candidates, clock.Milliseconds());
        return snapshot;
    }

    private void Want()
    {
        lock (gate)
        {
            if (isWanted) return;
            isWanted = true;
            wanted.Release();
        }
    }

    private TaskCompletionSource? TakeWaiting()
    {
        lock (gate)
        {
            var waiting = next;
            (next, isWanted) = (null, false);
            return waiting;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The routes could not be loaded: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

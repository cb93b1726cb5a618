using System.Collections.Concurrent;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// This node's leases. A call takes its hold from memory; only when a lease runs dry is the database asked, and only
/// when no other node can give something back is the call refused.
/// </summary>
internal sealed partial class Leases
{
    private const int RecallsMax = 10;
    private static readonly TimeSpan RecallPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    private readonly LeaseRows rows;
    private readonly Node node;
    private readonly ILogger<Leases> logger;
    private readonly ConcurrentDictionary<LeaseKey, Lease> leases = new();

    public Leases(LeaseRows rows, RoutingFeed feed, Node node, ILogger<Leases> logger)
    {
        (this.rows, this.node, this.logger) = (rows, node, logger);
        // A recall that was missed is asked again by whoever needs it, and what is idle returns anyway.
        feed.Subscribe(RoutingFeed.Recall, notice => _ = GiveWayAsync(notice), missed: static () => { });
    }

    /// <summary>Null: the account, and all that nodes have of it and do not need, is less than the amount.</summary>
    internal ValueTask<Lease?> TakeAsync(LeaseKey key, decimal amount, CancellationToken ct)
    {
        var lease = leases.GetOrAdd(key, static key => new Lease(key));
        return TryTakeMore(lease, amount) ? ValueTask.FromResult<Lease?>(lease) : TakeSlowlyAsync(key, amount, ct);
    }

    /// <summary>As much more as is to be had for a call that has a hold already, without waiting.</summary>
    internal bool TryTakeMore(Lease lease, decimal amount)
    {
        if (!lease.TryTake(amount)) return false;
        if (lease.ShouldRefill()) _ = RefillAheadAsync(lease);
        return true;
    }

    /// <summary>As much of the amount as is to be had for a call that has a hold already.</summary>
    internal async ValueTask<decimal> TakeUpToAsync(Lease lease, decimal amount, CancellationToken ct)
    {
        var got = lease.TakeUpTo(amount);
        if (got == amount) return got;

        await lease.Turn.WaitAsync(ct);
        try
        {
            got += lease.TakeUpTo(amount - got);
            if (got == amount) return got;
            lease.Add(await rows.TakeAsync(lease.Key, 0, amount - got, ct));
            return got + lease.TakeUpTo(amount - got);
        }
        finally
        {
            lease.Turn.Release();
        }
    }

    internal void Posted(LeaseKey key, decimal amount)
    {
        if (leases.TryGetValue(key, out var lease)) lease.Posted(amount);
    }

    /// <summary>This node may have been taken for dead: what was free is nobody's any more.</summary>
    internal void Forget()
    {
        foreach (var lease in leases.Values) lease.TakeFree();
    }

    /// <summary>Gives back what was not used for a while; everything when the node ends.</summary>
    internal async Task CloseIdleAsync(bool all, CancellationToken ct)
    {
        foreach (var lease in leases.Values)
        {
            await lease.Turn.WaitAsync(ct);
            try
            {
                if (!lease.IsClosed) await TryCloseAsync(lease, all ? 0 : (long)Idle.TotalMilliseconds, ct);
            }
            finally
            {
                lease.Turn.Release();
            }
        }
    }

    /// <summary>Somebody else needs what is free here.</summary>
    private async Task GiveWayAsync(string notice)
    {
        await Task.Yield(); // The line that brought the notice goes on listening.
        if (LeaseRows.ReadNotice(notice) is not { } key || !leases.TryGetValue(key, out var lease)) return;
        await lease.Turn.WaitAsync();
        try
        {
            if (!lease.IsClosed && lease.TakeFree() is > 0 and var amount) await ReturnAsync(lease, amount);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            NotGivenBack(logger, notice, error.Message);
        }
        finally
        {
            lease.Turn.Release();
        }
    }

    private async Task ReturnAsync(Lease lease, decimal amount)
    {
        try
        {
            await rows.ReturnAsync(lease.Key, amount, CancellationToken.None);
        }
        catch (PostgresException)
        {
            lease.PutBack(amount); // It was rolled back. Where that is not known, the row has it until the lease ends.
            throw;
        }
    }

    private async Task TryCloseAsync(Lease lease, long idleFor, CancellationToken ct)
    {
        if (!lease.TryClose(idleFor)) return;
        try
        {
            await rows.CloseAsync(lease.Key, node.Id, ct);
            leases.TryRemove(new KeyValuePair<LeaseKey, Lease>(lease.Key, lease));
        }
        catch (Exception)
        {
            // Whether the row is gone is not known: nothing of it is spent any more, the next attempt will tell.
            lease.TakeFree();
            lease.Reopen();
            throw;
        }
    }

    private async ValueTask<Lease?> TakeSlowlyAsync(LeaseKey key, decimal amount, CancellationToken ct)
    {
        for (var recalls = 0; ; recalls++)
        {
            var lease = leases.GetOrAdd(key, static key => new Lease(key));
            await lease.Turn.WaitAsync(ct);
            try
            {
                if (lease.TryTake(amount)) return lease;
                if (lease.IsClosed) continue;
                // What is free here counts: only the rest must be there.
                var taken = await rows.TakeAsync(key, Math.Max(0, amount - lease.Free), wanted: null, ct);
                if (lease.AddAndTake(taken, amount)) return lease;
                if (taken > 0) continue; // Others were faster with what was free: once more.
            }
            finally
            {
                lease.Turn.Release();
            }

            if (recalls == RecallsMax || !await rows.RecallAsync(key, ct)) return null;
            await Task.Delay(RecallPause, ct);
        }
    }

    private async Task RefillAheadAsync(Lease lease)
    {
        await Task.Yield(); // The call goes on meanwhile.
        try
        {
            await lease.Turn.WaitAsync();
            try
            {
                if (lease.IsClosed) return;
                lease.Add(await rows.TakeAsync(lease.Key, 0, wanted: null, CancellationToken.None));
            }
            finally
            {
                lease.Turn.Release();
            }
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            NotRefilled(logger, lease.Key.KindName, lease.Key.OwnerId, error.Message);
        }
        finally
        {
            lease.RefillEnded();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is free of {Lease} could not be given back: {Reason}")]
    private static partial void NotGivenBack(ILogger logger, string lease, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Kind} {Owner} could not be refilled: {Reason}")]
    private static partial void NotRefilled(ILogger logger, string kind, long owner, string reason);
}

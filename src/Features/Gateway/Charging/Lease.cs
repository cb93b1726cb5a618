namespace SupplyApi.Features.Gateway.Charging;

/// <summary>What a lease is of. The names stand in the database as well.</summary>
internal enum LeaseKind
{
    Wallet,
    Package,
    Key,
}

/// <param name="OwnerId">A tenant, a package or an API key.</param>
internal readonly record struct LeaseKey(LeaseKind Kind, long OwnerId)
{
    private static readonly string[] Names = ["wallet", "package", "key"];

    internal string KindName => Names[(int)Kind];

    internal static LeaseKey Of(string kindName, long ownerId) =>
        new((LeaseKind)Array.IndexOf(Names, kindName), ownerId);
}

/// <summary>
/// Money or quota that this node took ahead out of one account. Free, plus what calls have of it, plus what is charged
/// and not posted yet, is at most the amount of its row in the database: nothing can be spent that is not there.
/// </summary>
internal sealed class Lease(LeaseKey key)
{
    private readonly Lock gate = new();
    private decimal free;
    private decimal taken;
    private decimal lastChunk;
    private long usedAt = Environment.TickCount64;
    private bool isClosed;
    private int isRefilling;

    internal LeaseKey Key { get; } = key;

    /// <summary>One at a time talks to the database about this lease.</summary>
    internal SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Its row is gone; whoever wants more asks for a new one.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (gate) return isClosed;
        }
    }

    internal decimal Free
    {
        get
        {
            lock (gate) return free;
        }
    }

    internal bool TryTake(decimal amount)
    {
        lock (gate)
        {
            if (isClosed || free < amount) return false;
            free -= amount;
            taken += amount;
            usedAt = Environment.TickCount64;
            return true;
        }
    }

    /// <summary>As much of the amount as is free.</summary>
    internal decimal TakeUpTo(decimal amount)
    {
        lock (gate)
        {
            if (isClosed) return 0;
            var part = Math.Min(free, amount);
            free -= part;
            taken += part;
            return part;
        }
    }

    /// <summary>What a call had taken and does not need.</summary>
    internal void GiveBack(decimal amount)
    {
        lock (gate)
        {
            taken -= amount;
            free += amount;
        }
    }

    /// <summary>What was charged has left the row.</summary>
    internal void Posted(decimal amount)
    {
        lock (gate) taken -= amount;
    }

    /// <summary>What a refill brought.</summary>
    internal void Add(decimal amount)
    {
        lock (gate)
        {
            free += amount;
            lastChunk = amount;
        }
    }

    /// <summary>The same, and the call that asked for it is the first to have of it.</summary>
    internal bool AddAndTake(decimal amount, decimal needed)
    {
        lock (gate)
        {
            Add(amount);
            return TryTake(needed);
        }
    }

    /// <summary>It did not go back after all.</summary>
    internal void PutBack(decimal amount)
    {
        lock (gate) free += amount;
    }

    /// <summary>Everything that no call has: it is going back to where it came from.</summary>
    internal decimal TakeFree()
    {
        lock (gate)
        {
            var all = free;
            free = 0;
            lastChunk = 0;
            return all;
        }
    }

    /// <summary>True when nothing of it is in use, and was not since so many milliseconds.</summary>
    internal bool TryClose(long idleFor)
    {
        lock (gate)
        {
            if (taken != 0 || Environment.TickCount64 - usedAt < idleFor) return false;
            isClosed = true;
            return true;
        }
    }

    internal void Reopen()
    {
        lock (gate) isClosed = false;
    }

    /// <summary>True for one caller at a time once less than a quarter of the last refill is left.</summary>
    internal bool ShouldRefill()
    {
        lock (gate)
        {
            if (free >= lastChunk / 4) return false;
        }

        return Interlocked.Exchange(ref isRefilling, 1) == 0;
    }

    internal void RefillEnded() => Volatile.Write(ref isRefilling, 0);
}

using System.Collections.Concurrent;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// How often a credential with a limit may call in one second, on all nodes together. A node takes some of the second's
/// calls ahead, so most calls ask nobody. Where the database does not answer a call is let through: what it costs is
/// limited elsewhere.
/// </summary>
internal sealed class CallRates(NpgsqlDataSource db)
{
    private const int KnownMax = 50_000;

    private const string Take = "select part, ends_in from take_calls($1, $2)";

    private readonly ConcurrentDictionary<long, Second> seconds = new();

    private sealed record Part(int Calls, TimeSpan EndsIn) : IRow<Part>
    {
        public static Part Read(NpgsqlDataReader row) => new(row.GetInt32(0), row.GetTimeSpan(1));
    }

    /// <summary>Null: it may call. Else how long until it may.</summary>
    internal async ValueTask<TimeSpan?> EnterAsync(Subscriber caller, CancellationToken ct)
    {
        if (seconds.Count > KnownMax) seconds.Clear();
        var second = seconds.GetOrAdd(caller.CredentialId, static _ => new Second());
        if (second.TryTake(out var wait)) return null;
        if (wait > TimeSpan.Zero) return wait;

        // One asks for all that wait here.
        await second.Turn.WaitAsync(ct);
        try
        {
            if (second.TryTake(out wait)) return null;
            if (wait > TimeSpan.Zero) return wait;
            await using var connection = await db.OpenConnectionAsync(ct);
            var part = (await connection.Command(Take)
                .With(caller.CredentialId).With(caller.CallsPerSecond)
                .OneAsync<Part>(ct))!;
            second.Add(part.Calls, part.EndsIn);
            return second.TryTake(out wait) ? null : wait;
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            return null;
        }
        finally
        {
            second.Turn.Release();
        }
    }

    private sealed class Second
    {
        private readonly Lock gate = new();
        private int left;
        private bool isSpent;
        private long endsAt;

        internal SemaphoreSlim Turn { get; } = new(1);

        /// <param name="wait">Above zero: nobody gets any more of this second.</param>
        internal bool TryTake(out TimeSpan wait)
        {
            lock (gate)
            {
                wait = TimeSpan.Zero;
                var rest = endsAt - Environment.TickCount64;
                if (rest <= 0) return false;
                if (left > 0) return left-- > 0;
                if (isSpent) wait = TimeSpan.FromMilliseconds(rest);
                return false;
            }
        }

        internal void Add(int calls, TimeSpan endsIn)
        {
            lock (gate)
            {
                (left, isSpent) = (calls, calls == 0);
                endsAt = Environment.TickCount64 + Math.Max(1, (long)endsIn.TotalMilliseconds);
            }
        }
    }
}

using System.Globalization;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Supply.Earnings;
using SupplyApi.Features.Supply.Packages;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// Moves calls from the journal to the books, many at once: usage, earnings, quotas, leases and the ledger in one
/// transaction, together with how far the journal is posted. Either all of it happened or none, and never twice.
/// Locks: packages, keys, days, minutes, leases, ledger; each in the order of their ids.
/// </summary>
internal sealed partial class Posting(
    NpgsqlDataSource db, Journal journal, Leases leases, LeaseRows rows, Node node, TimeProvider clock,
    ILogger<Posting> logger)
{
    private const int BytesAtOnce = 512 * 1024;

    private const string FindPosted = "select posted from gateway_journals where journal_id = $1";

    private const string Advance = """
        insert into gateway_journals as journal (journal_id, node_id, posted, posted_at) values ($1, $2, $4, $5)
            on conflict (journal_id) do update set posted = excluded.posted, posted_at = excluded.posted_at
         where journal.posted = $3
        """;

    private const string Forget = "delete from gateway_journals where journal_id = $1";

    private const string TakeFromLeases = """
        with spent as (
          select * from unnest($2::text[], $3::bigint[], $4::numeric[]) as one (kind, owner_id, amount)
        ), locked as materialized (
          select lease.kind, lease.owner_id
            from gateway_leases lease
            join spent using (kind, owner_id)
           where lease.node_id = $1
           order by lease.kind, lease.owner_id
             for update of lease
        )
        update gateway_leases lease
           set amount = lease.amount - spent.amount
          from locked
          join spent using (kind, owner_id)
         where lease.node_id = $1 and lease.kind = locked.kind and lease.owner_id = locked.owner_id
        """;

    private byte[] buffer = new byte[BytesAtOnce];
    private readonly CallRecord.Names names = new();
    private readonly List<CallRecord> calls = [];
    private JournalSegment? current;
    private Dictionary<LeaseKey, decimal> spent = [];
    private long at;
    private long unsure;

    /// <summary>One batch. Zero: everything is posted.</summary>
    internal async Task<int> PostAsync(CancellationToken ct)
    {
        if (journal.Oldest() is not { } segment) return 0;
        if (!ReferenceEquals(segment, current)) await TurnToAsync(segment, ct);
        if (at >= segment.Length) return await RetireAsync(segment, ct) ? await PostAsync(ct) : 0;

        var until = at;
        try
        {
            until = Read(segment);
            spent = Batch.LeasesOf(calls);
            var isLate = segment.NodeId != node.Id;
            if (!await TryPostAsync(segment, until, isLate, ct))
            {
                if (!isLate) Uncovered(logger, calls.Count);
                if (!await TryPostAsync(segment, until, isLate: true, ct)) return 1; // Money moved: once more, then.
            }
        }
        catch (Exception error) when (segment.NodeId != node.Id && IsForEver(error))
        {
            NotPostable(logger, error, segment.Id, at);
            journal.SetAside(segment);
            return 1;
        }
        catch (Exception)
        {
            (current, unsure) = (null, until); // Whether it was committed is not known: the database is asked.
            throw;
        }

        Settled(segment, until);
        return calls.Count;
    }

    /// <summary>How far it is posted, the database knows.</summary>
    private async Task TurnToAsync(JournalSegment segment, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var posted = await connection.Command(FindPosted).With(segment.Id).ValueAsync<long>(ct);
        at = Math.Max(posted, JournalSegment.Start);
        current = segment;
        if (unsure > 0 && at == unsure) Settled(segment, at);
        else journal.Posted(segment, Math.Min(at, segment.Length));
        unsure = 0;
    }

    /// <summary>The batch is on the books.</summary>
    private void Settled(JournalSegment segment, long until)
    {
        at = until;
        journal.Posted(segment, until);
        if (segment.NodeId != node.Id) return;
        // What the calls had taken, whatever came of it: some of it may not have been charged after all.
        foreach (var (key, amount) in spent) leases.Posted(key, amount);
    }

    private static bool IsForEver(Exception error) =>
        error is FormatException or ArgumentException
        || (error is PostgresException { IsTransient: false } refusal
            && !refusal.SqlState.StartsWith("57", StringComparison.Ordinal)); // Somebody stops the database.

    private async Task<bool> RetireAsync(JournalSegment segment, CancellationToken ct)
    {
        if (!journal.TryRetire(segment, at)) return false;
        current = null;
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.Command(Forget).With(segment.Id).RunAsync(ct);
        return true;
    }

    /// <summary>The next whole entries, and where they end.</summary>
    private long Read(JournalSegment segment)
    {
        calls.Clear();
        var length = segment.Read(at, buffer);
        while (JournalSegment.EntryOf(buffer.AsSpan(0, length)).IsEmpty && length == buffer.Length)
        {
            buffer = new byte[buffer.Length * 2]; // A kept answer can be large.
            length = segment.Read(at, buffer);
        }

        var used = 0;
        while (JournalSegment.EntryOf(buffer.AsSpan(used, length - used)) is { IsEmpty: false } entry)
        {
            calls.Add(CallRecord.Read(entry, names));
            used += JournalSegment.FrameBytes + entry.Length;
        }

        return at + used;
    }

    /// <param name="isLate">The leases may be gone: what is charged is made sure of first.</param>
    /// <returns>False: a lease has less than was charged to it, as its node was believed dead.</returns>
    private async Task<bool> TryPostAsync(JournalSegment segment, long until, bool isLate, CancellationToken ct)
    {
        if (isLate && !await LateCalls.CoverAsync(db, rows, calls, segment.NodeId, ct)) return false;
        var now = clock.GetUtcNow();
        var transfer = Guid.CreateVersion7(now);
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.Command(Advance)
            .With(segment.Id).With(segment.NodeId).With(at).With(until).With(now)
            .RunAsync(ct) == 0)
            throw new InvalidOperationException($"Journal {segment.Id} was posted by somebody else.");

        await EnterAnswersAsync(connection, ct);
        var batch = new Batch(calls);
        try
        {
            await PackageQuota.SpendAsync(connection, batch.Packages, transfer, now, ct);
            await UsageBook.CountAsync(connection, batch.Keys, ct);
            await UsageBook.CountAsync(connection, batch.Credentials, ct);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.CheckViolation)
        {
            return false;
        }

        await UsageBook.EnterAsync(connection, calls, transfer, ct);
        await EarningBook.EnterAsync(connection, batch.Earnings, ct);
        if (!await SpendLeasesAsync(connection, segment.NodeId, batch, ct)) return false;
        var reference = string.Create(CultureInfo.InvariantCulture, $"journal/{segment.Id:n}/{at}");
        if (!await connection.PostAsync(
            new Transfer(transfer, "gateway.settle", reference, batch.Legs), now, ct))
            return false;
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task EnterAnswersAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        for (var at = 0; at < calls.Count; at++)
        {
            if (calls[at] is { Answer: { } answer } call && !await AnswerBook.EnterAsync(connection, call, answer, ct))
                calls[at] = call with { Charged = 0, Fee = 0 };
        }
    }

    private static async Task<bool> SpendLeasesAsync(
        NpgsqlConnection connection, long nodeId, Batch batch, CancellationToken ct)
    {
        var spent = batch.Leases.ToList();
        spent.RemoveAll(static one => one.Value <= 0);
        if (spent.Count == 0) return true;
        try
        {
            var rows = await connection.Command(TakeFromLeases)
                .With(nodeId).With(spent.Column(static one => one.Key.KindName))
                .With(spent.Column(static one => one.Key.OwnerId))
                .With(spent.Column(static one => one.Value))
                .RunAsync(ct);
            return rows == spent.Count;
        }
        catch (PostgresException error) when (error.Violates("gateway_leases_cover"))
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Journal {Journal} cannot be posted from byte {At} on and stays in the data directory")]
    private static partial void NotPostable(ILogger logger, Exception error, Guid journal, long at);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The leases do not cover {Count} calls, as this node was believed dead: charged where they can be")]
    private static partial void Uncovered(ILogger logger, int count);
}

using System.Buffers;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// Where a call goes when it is over: a file on this node's disk, at once, and from there to the database by
/// <see cref="Posting"/>. A call that is in it will be posted, once, even if this process is killed.
/// </summary>
internal sealed partial class Journal : IDisposable
{
    /// <summary>So much may wait for the database; then calls are refused, as nobody could write them down.</summary>
    private const long WaitingBytesMax = 1L << 30;

    /// <summary>After the disk refused a call no other is taken for so long.</summary>
    private const long PauseAfterFailureMs = 1000;

    private const long SegmentBytesMax = 32 * 1024 * 1024;
    private const long SegmentBytesWorth = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly string directory;
    private readonly Node node;
    private readonly ILogger<Journal> logger;
    private readonly LinkedList<JournalSegment> segments = new();
    private readonly SemaphoreSlim news = new(0);
    private JournalSegment? active;
    private long appended;
    private long posted;
    private long failedAt = long.MinValue / 2;
    private bool isClosed;
    private int isAwake;

    /// <exception cref="IOException">The directory cannot be written.</exception>
    internal Journal(string directory, Node node, ILogger<Journal> logger)
    {
        (this.directory, this.node, this.logger) = (directory, node, logger);
        Directory.CreateDirectory(directory);
        Begin();
    }

    /// <summary>Bytes of all calls so far.</summary>
    internal long Appended => Volatile.Read(ref appended);

    /// <summary>Bytes that are not in the database yet.</summary>
    internal long Waiting => Volatile.Read(ref appended) - Volatile.Read(ref posted);

    /// <summary>No more calls can be taken until the database has caught up.</summary>
    internal bool IsFull => Waiting > WaitingBytesMax
        || Environment.TickCount64 - Volatile.Read(ref failedAt) < PauseAfterFailureMs;

    /// <summary>False: the disk did not take it, and the call is not billed.</summary>
    internal bool TryAppend(in CallRecord call)
    {
        var entry = ArrayPool<byte>.Shared.Rent(JournalSegment.FrameBytes + call.BytesMax);
        try
        {
            var length = JournalSegment.FrameBytes + call.Write(entry.AsSpan(JournalSegment.FrameBytes));
            lock (gate)
            {
                if (isClosed) return false;
                if (active!.Length > SegmentBytesMax) Begin();
                active.Append(entry.AsSpan(0, length));
            }

            Interlocked.Add(ref appended, length);
            Wake();
            return true;
        }
        catch (IOException error)
        {
            Volatile.Write(ref failedAt, Environment.TickCount64);
            NotWritten(logger, call.Id, error.Message);
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(entry);
        }
    }

    /// <summary>Waits until something was appended, or the time is over.</summary>
    internal async Task WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        await news.WaitAsync(atMost, ct);
        Volatile.Write(ref isAwake, 0);
    }

    /// <summary>
    /// The oldest segment that is not all posted; that of a process that is gone comes first. Null at the end.
    /// </summary>
    internal JournalSegment? Oldest()
    {
        lock (gate) return segments.First?.Value;
    }

    /// <param name="strange">Those that were looked at, and are not ours to post.</param>
    internal IEnumerable<JournalSegment> Orphans(HashSet<Guid> strange)
    {
        HashSet<Guid> known = [.. strange];
        lock (gate)
        {
            foreach (var one in segments) known.Add(one.Id);
        }

        return JournalSegment.Orphans(directory, known);
    }

    internal bool HasSegmentOf(long nodeId)
    {
        lock (gate) return segments.Any(one => one.NodeId == nodeId);
    }

    internal void SetAside(JournalSegment segment)
    {
        lock (gate) segments.Remove(segment);
        Posted(segment, segment.Length);
        segment.SetAside();
    }

    /// <summary>Takes over what a dead process on this disk left.</summary>
    internal void Adopt(JournalSegment orphan)
    {
        lock (gate) segments.AddFirst(orphan);
        Interlocked.Add(ref appended, orphan.Length - JournalSegment.Start);
        Wake();
    }

    /// <summary>So far the segment does not wait any more.</summary>
    internal void Posted(JournalSegment segment, long until)
    {
        Interlocked.Add(ref posted, until - segment.Counted);
        segment.Counted = until;
    }

    /// <summary>All of the segment is posted: it is deleted, unless it is the one in use and hardly begun.</summary>
    /// <returns>False: it stays.</returns>
    internal bool TryRetire(JournalSegment segment, long postedUntil)
    {
        lock (gate)
        {
            // A disk that lost its power may have less than was posted from it.
            if (segment.Length > postedUntil) return false;
            if (ReferenceEquals(segment, active))
            {
                if (postedUntil < SegmentBytesWorth && !isClosed) return false;
                if (!isClosed) Begin();
            }

            segments.Remove(segment);
        }

        segment.Delete();
        return true;
    }

    /// <summary>The end: nothing is appended any more.</summary>
    internal void Close()
    {
        lock (gate) isClosed = true;
    }

    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var segment in segments) segment.Dispose();
            active?.Dispose();
        }

        news.Dispose();
    }

    private void Begin()
    {
        active = JournalSegment.Create(directory, node.Id, Guid.NewGuid());
        segments.AddLast(active);
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref isAwake, 1) == 0) news.Release();
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Call {Call} could not be written down and is not billed: {Reason}")]
    private static partial void NotWritten(ILogger logger, Guid call, string reason);
}

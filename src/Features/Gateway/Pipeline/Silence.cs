using System.Diagnostics.CodeAnalysis;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// The waiting of one call for its provider. Between Begin and End nobody else writes to the client, so the watch may:
/// a comment, which event streams pass over (WHATWG HTML §9.2.6). Reused from call to call.
/// </summary>
internal sealed class Silence(SilenceWatch watch) : IDisposable
{
    private const int Over = 0;
    private const int Lasting = 1;
    private const int Interrupted = 2;

    private static readonly byte[] Comment = ": keep-alive\n\n"u8.ToArray();

    private CancellationTokenSource stop = new();
    private CancellationTokenRegistration leaving;

    [SuppressMessage("Reliability", "CA2213", Justification = "The call is the pipeline's; this is its guest.")]
    private GatewayExchange exchange = null!;

    private TaskCompletionSource interruption = null!;
    private int state;
    private long since;
    private long spokenAt;
    private long limit;

    /// <summary>In the watch's list.</summary>
    internal int Place { get; set; }

    /// <summary>Cancelled when the provider takes too long, or the client leaves and nobody else stays on.</summary>
    internal CancellationToken Stop => stop.Token;

    internal void Start(GatewayExchange call)
    {
        exchange = call;
        spokenAt = Environment.TickCount64;
        if (!call.StaysOn) Follow();
    }

    /// <summary>From here the provider is awaited.</summary>
    internal void Begin(TimeSpan patience)
    {
        if (stop.IsCancellationRequested && !exchange.HasLeft)
        {
            // The one before took too long; this is another one's turn.
            leaving.Dispose();
            stop.Dispose();
            stop = new CancellationTokenSource();
            if (!exchange.StaysOn) Follow();
        }

        limit = (long)patience.TotalMilliseconds;
        Volatile.Write(ref since, Environment.TickCount64);
        Volatile.Write(ref state, Lasting);
    }

    /// <summary>From here the client is awaited: its slowness is its own.</summary>
    internal ValueTask EndAsync() =>
        Interlocked.CompareExchange(ref state, Over, Lasting) != Interrupted ? default : WaitAsync();

    /// <summary>Something was shown.</summary>
    internal void Spoke() => Volatile.Write(ref spokenAt, Environment.TickCount64);

    internal void Look(long now)
    {
        if (Volatile.Read(ref state) != Lasting || (!IsTooLong(now) && !IsQuiet(now))) return;

        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        interruption = mine;
        if (Interlocked.CompareExchange(ref state, Interrupted, Lasting) != Lasting) return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Silence.InterruptAsync(work.mine), (Silence: this, mine), preferLocal: false);
    }

    internal void Leave()
    {
        leaving.Dispose();
        watch.Leave(this);
    }

    /// <summary>False when it cannot serve another call.</summary>
    internal bool TryReset()
    {
        exchange = null!;
        return stop.TryReset();
    }

    public void Dispose() => stop.Dispose();

    private bool IsTooLong(long now) => now - Volatile.Read(ref since) >= limit;

    private bool IsQuiet(long now) => exchange.MayComment
        && now - Volatile.Read(ref spokenAt) >= watch.Terms.KeepAliveAfter.TotalMilliseconds;

    private void Follow() => leaving = exchange.Aborted.UnsafeRegister(
        static stop => ((CancellationTokenSource)stop!).Cancel(), stop);

    private async ValueTask WaitAsync()
    {
        while (Interlocked.CompareExchange(ref state, Over, Lasting) == Interrupted) await interruption.Task;
    }

    // Asked once more, now that nothing moves: another wait may have begun between the look and the interruption.
    private async Task InterruptAsync(TaskCompletionSource mine)
    {
        try
        {
            var now = Environment.TickCount64;
            if (IsTooLong(now)) await stop.CancelAsync();
            else if (IsQuiet(now)) await CommentAsync();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left: whoever reads or writes next finds out.
        }
        finally
        {
            Volatile.Write(ref state, Lasting);
            mine.SetResult();
        }
    }

    private async Task CommentAsync()
    {
        var response = exchange.Http.Response;
        Spoke();
        if (!response.HasStarted) Relay.Start(response, "text/event-stream; charset=utf-8", Framing.Events);
        await response.BodyWriter.WriteAsync(Comment, exchange.Aborted);
    }
}

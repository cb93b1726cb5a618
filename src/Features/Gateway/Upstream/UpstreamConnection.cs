using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// One HTTP/1.1 connection, with one exchange at a time. Of a response what came with its head waits in a rented
/// buffer; all else is read straight into the memory of whoever reads, and taken out of its chunks there.
/// </summary>
internal sealed class UpstreamConnection(UpstreamOrigin origin, Socket socket, Stream stream)
{
    // A short stream comes whole with its head: it is one read then, and one piece to send on.
    private const int BufferBytes = 16 * 1024;
    private const int HeadBytesMax = 64 * 1024;
    private const string Json = "application/json";

    private byte[] buffer = [];
    private int from;
    private int until;

    private CancellationTokenRegistration stopping;
    private int isClosed;

    private Task sending = Task.CompletedTask;
    private bool hasSent;
    private string lastType = Json;
    private ChunkedBody chunks;
    private bool isChunked;
    private long left; // Without chunks; -1: until the connection ends.
    private bool isKept;

    internal UpstreamOrigin Origin => origin;

    internal long MadeAt { get; } = Environment.TickCount64;

    /// <summary>When it came to rest.</summary>
    internal long RestsSince { get; set; }

    /// <summary>Something came since the last request was sent.</summary>
    internal bool HasHeard { get; private set; }

    internal bool HasEnded { get; private set; } = true;

    /// <summary>As the one before it left it, and fit for another exchange.</summary>
    internal bool IsReusable => isKept && HasEnded && from == until
        && sending.IsCompleted && hasSent && Volatile.Read(ref isClosed) == 0;

    /// <summary>The other end has closed it, or speaks unasked.</summary>
    internal bool HasStirred
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Sends the request, and gives the answer once its head is there.</summary>
    /// <exception cref="HttpRequestException">There was none, or it cannot be understood.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<UpstreamAnswer> ExchangeAsync(
        UpstreamRequest request, UpstreamConnections home, CancellationToken ct)
    {
        (HasHeard, HasEnded, isKept, hasSent) = (false, false, false, false);
        stopping = ct.UnsafeRegister(static one => ((UpstreamConnection)one!).Abort(), this);
        try
        {
            // A provider may answer before it has read everything.
            sending = SendAsync(request);
            var scanned = 0;
            while (true)
            {
                var end = ResponseHead.EndOf(buffer.AsSpan(from, until - from), ref scanned);
                if (end > 0)
                {
                    if (Take(end, home) is { } answer) return answer;
                    scanned = 0;
                    continue;
                }

                if (until == buffer.Length) Grow();
                // The token is followed already, by what it registered above.
                var read = await stream.ReadAsync(buffer.AsMemory(until), CancellationToken.None);
                if (read == 0) throw new IOException("The connection ended without an answer.");
                HasHeard = true;
                until += read;
            }
        }
        catch (Exception error)
        {
            Close();
            ct.ThrowIfCancellationRequested();
            if (error is IOException or SocketException or ObjectDisposedException)
                throw new HttpRequestException(HttpRequestError.ResponseEnded, error.Message, error);
            throw;
        }
    }

    /// <summary>Bytes of the body; 0 at its end.</summary>
    /// <exception cref="IOException">It broke off, or it took too long.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> ReadAsync(Memory<byte> into)
    {
        try
        {
            while (!HasEnded)
            {
                var room = left >= 0 && !isChunked ? into[..(int)Math.Min(into.Length, left)] : into;
                var read = from < until ? TakeBuffered(room.Span) : await stream.ReadAsync(room);
                if (read == 0)
                {
                    if (isChunked || left >= 0) throw new IOException("The body broke off.");
                    HasEnded = true;
                }

                if (Unframe(into.Span[..read]) is > 0 and var length) return length;
            }

            return 0;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Until something can be read, without holding memory for it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WaitAsync()
    {
        if (HasEnded || from < until) return;
        try
        {
            _ = await stream.ReadAsync(Memory<byte>.Empty);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>The caller's token does not reach it any more.</summary>
    internal void LetGo() => stopping.Dispose();

    /// <summary>Nobody reads from it any more.</summary>
    internal void Close()
    {
        LetGo();
        Abort();
        GiveBack();
    }

    /// <summary>Whoever reads or writes gets an error.</summary>
    internal void Abort()
    {
        if (Interlocked.Exchange(ref isClosed, 1) == 0) stream.Dispose();
    }

    private async Task SendAsync(UpstreamRequest request)
    {
        try
        {
            await request.SendAsync(stream);
            hasSent = true;
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // Whoever reads finds out, or reads why the provider wanted no more.
        }
    }

    /// <summary>Null: that was an interim one (RFC 9110 §15.2).</summary>
    private UpstreamAnswer? Take(int end, UpstreamConnections home)
    {
        if (!ResponseHead.TryRead(buffer.AsSpan(from, end), out var head))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "The head cannot be understood.");
        from += end;
        if (head.Status < 200) return null;

        (isChunked, left, isKept) = (head.IsChunked, head.HasBody ? head.Length : 0, head.IsKept);
        isChunked &= head.HasBody;
        HasEnded = !isChunked && left == 0;
        isKept &= isChunked || left >= 0;
        chunks = default;
        var answer = new UpstreamAnswer(this, home)
        {
            Status = head.Status,
            Type = TypeOf(head.Type),
            Length = isChunked ? -1 : left,
            RetryAfter = TextOf(head.RetryAfter),
            Date = head.RetryAfter.IsEmpty ? null : TextOf(head.Date),
        };
        if (from == until) GiveBack();
        return answer;
    }

    private int TakeBuffered(Span<byte> into)
    {
        var length = Math.Min(into.Length, until - from);
        buffer.AsSpan(from, length).CopyTo(into);
        from += length;
        if (from == until) GiveBack();
        return length;
    }

    private int Unframe(Span<byte> bytes)
    {
        if (!isChunked)
        {
            if (left > 0) HasEnded = (left -= bytes.Length) == 0;
            return bytes.Length;
        }

        var length = chunks.Read(bytes, out var used);
        if (length < 0) throw new IOException("The body's chunks cannot be understood.");
        HasEnded = chunks.IsEnded;
        isKept &= used == bytes.Length; // It says more than it was asked for.
        return length;
    }

    private string TypeOf(ReadOnlySpan<byte> type)
    {
        if (type.IsEmpty || type.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return Json;
        return Ascii.Equals(type, lastType) ? lastType : lastType = Encoding.ASCII.GetString(type);
    }

    private static string? TextOf(ReadOnlySpan<byte> value) =>
        value.IsEmpty ? null : Encoding.Latin1.GetString(value);

    private void Grow()
    {
        if (until - from >= HeadBytesMax)
            throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The head is too long.");
        var waiting = buffer.AsSpan(from, until - from);
        CallBuffers.Grow(ref buffer, waiting, Math.Max(BufferBytes, buffer.Length * 2));
        (from, until) = (0, until - from);
    }

    private void GiveBack()
    {
        CallBuffers.Return(buffer);
        (buffer, from, until) = ([], 0, 0);
    }
}

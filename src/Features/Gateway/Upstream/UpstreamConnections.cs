using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// The connections to all upstreams, kept from call to call; the one that rested shortest serves first. HTTP/1.1 of our
/// own, since nothing that the framework's client offers is wanted here: no redirects (they would carry credentials
/// elsewhere), no cookies, no proxies of the environment, nothing decompressed.
/// </summary>
internal sealed class UpstreamConnections : IDisposable
{
    private const int RestingMax = 1024;
    private const int SureMs = 1_000;
    private const int RestMsMax = 120_000;
    private const int AgeMsMax = 600_000;
    private const int EndBytesMax = 4 * 1024;
    private static readonly TimeSpan EndPatience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<UpstreamOrigin, List<UpstreamConnection>> resting = new();
    private readonly Dial dial;
    private readonly Timer timer;

    public UpstreamConnections(Dial dial)
    {
        this.dial = dial;
        timer = new Timer(static one => ((UpstreamConnections)one!).Look(), this, LookEvery, LookEvery);
    }

    /// <summary>
    /// A connection that rested may have been closed by its other end in this very moment; then, and only while not a
    /// byte of an answer came, the request goes out once more, by a new one.
    /// </summary>
    /// <exception cref="HttpRequestException">Nobody could be reached, or there was no answer.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<UpstreamAnswer> SendAsync(UpstreamRequest request, CancellationToken ct)
    {
        if (Take(request.Origin) is { } rested)
        {
            try
            {
                return await rested.ExchangeAsync(request, this, ct);
            }
            catch (HttpRequestException) when (!rested.HasHeard)
            {
                // It was closed while it rested.
            }
        }

        var connection = await dial.ConnectAsync(request.Origin, ct);
        return await connection.ExchangeAsync(request, this, ct);
    }

    /// <summary>Keeps it for the next request, if it can serve one.</summary>
    internal void Rest(UpstreamConnection connection)
    {
        connection.LetGo();
        if (connection.IsReusable)
        {
            connection.RestsSince = Environment.TickCount64;
            var pool = resting.GetOrAdd(connection.Origin, static _ => []);
            lock (pool)
            {
                if (pool.Count < RestingMax)
                {
                    pool.Add(connection);
                    return;
                }
            }
        }

        connection.Close();
    }

    /// <summary>What follows an answer's last event is only framing; it comes at once, or is not waited for.</summary>
    internal async Task RestAtEndAsync(UpstreamConnection connection)
    {
        connection.LetGo();
        var rest = CallBuffers.Rent(EndBytesMax);
        try
        {
            var reading = connection.ReadAsync(rest);
            using var limit = reading.IsCompleted ? null : new CancellationTokenSource(EndPatience);
            await using var stopping = limit?.Token.UnsafeRegister(
                static one => ((UpstreamConnection)one!).Abort(), connection) ?? default;
            _ = await reading;
        }
        catch (IOException)
        {
            // It is closed below.
        }

        CallBuffers.Return(rest);
        Rest(connection);
    }

    public void Dispose()
    {
        timer.Dispose();
        foreach (var pool in resting.Values)
        {
            lock (pool)
            {
                foreach (var one in pool) one.Close();
                pool.Clear();
            }
        }
    }

    private UpstreamConnection? Take(UpstreamOrigin origin)
    {
        if (!resting.TryGetValue(origin, out var pool)) return null;
        var now = Environment.TickCount64;
        while (true)
        {
            UpstreamConnection one;
            lock (pool)
            {
                if (pool.Count == 0) return null;
                one = pool[^1];
                pool.RemoveAt(pool.Count - 1);
            }

            if (now - one.MadeAt < AgeMsMax && (now - one.RestsSince < SureMs || !one.HasStirred)) return one;
            one.Close();
        }
    }

    private void Look()
    {
        var now = Environment.TickCount64;
        foreach (var pool in resting.Values)
        {
            lock (pool)
            {
                pool.RemoveAll(one =>
                {
                    var isGone = now - one.RestsSince > RestMsMax || now - one.MadeAt > AgeMsMax || one.HasStirred;
                    if (isGone) one.Close();
                    return isGone;
                });
            }
        }
    }
}

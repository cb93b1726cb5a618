using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SupplyApi.Tests.Harness;

/// <summary>A line that can be cut: stands in front of PostgreSQL, or anything else on a loopback port.</summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> open = new();
    private readonly CancellationTokenSource ended = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile bool refuses;
    private TimeSpan delay;

    public ChaosProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Resets every open connection; new ones still come through.</summary>
    public void Cut()
    {
        foreach (var (client, _) in open) Reset(client);
    }

    /// <summary>Cuts, and resets every new connection until <see cref="Resume"/>.</summary>
    public void Refuse()
    {
        refuses = true;
        Cut();
    }

    public void Delay(TimeSpan each) => delay = each;

    public void Resume() => (refuses, delay) = (false, TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(ended.Token);
                if (refuses) Reset(client);
                else _ = CarryAsync(client);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
            }
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient();
        open[client] = open[server] = 0;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target);
            if (refuses) return;
            await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream()), PumpAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException)
        {
        }
        finally
        {
            open.TryRemove(client, out _);
            open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var read)
            {
                if (delay > TimeSpan.Zero) await Task.Delay(delay);
                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
        }
    }

    // Lingering for zero seconds makes the kernel send a reset instead of a polite end.
    private static void Reset(TcpClient client)
    {
        try
        {
            client.LingerState = new LingerOption(true, 0);
            client.Close();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or NullReferenceException)
        {
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// Somebody on a loopback port who speaks to each connection as a script says, byte for byte, and the connections of
/// ours that call there.
/// </summary>
internal sealed class ScriptedProvider : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new(TimeSpan.FromMinutes(1));
    private readonly Func<Line, Task> script;
    private readonly Task accepting;
    private readonly List<Task> talks = [];

    internal ScriptedProvider(Func<Line, Task> script)
    {
        this.script = script;
        listener.Start();
        var origin = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        Address = new UpstreamAddress(new Uri(origin, "/v1/chat?a=b%20c"));
        Connections = new UpstreamConnections(new Dial(
            new Providers(new Dictionary<string, Uri> { ["openai"] = origin }),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Dial>.Instance));
        accepting = AcceptAsync();
    }

    internal UpstreamAddress Address { get; }

    internal UpstreamConnections Connections { get; }

    /// <summary>How many connections came.</summary>
    internal int Accepted { get; private set; }

    internal CancellationToken Ended => ended.Token;

    /// <summary>One GET, its answer read to the end.</summary>
    internal async Task<(int Status, string Body)> AskAsync()
    {
        using var request = Get();
        using var answer = await Connections.SendAsync(request, Ended);
        return (answer.Status, await AllAsync(answer));
    }

    internal UpstreamRequest Get()
    {
        var request = new UpstreamRequest("GET"u8, Address);
        request.End();
        return request;
    }

    internal static async Task<string> AllAsync(UpstreamAnswer answer)
    {
        var buffer = new byte[1024 * 1024];
        return Encoding.ASCII.GetString(buffer, 0, await answer.FillAsync(buffer));
    }

    public async ValueTask DisposeAsync()
    {
        Connections.Dispose();
        listener.Stop();
        await accepting;
        await ended.CancelAsync();
        await Task.WhenAll(talks);
        listener.Dispose();
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(Ended);
                talks.Add(TalkAsync(client, ++Accepted));
            }
        }
        catch (Exception error)
            when (error is SocketException or OperationCanceledException or InvalidOperationException)
        {
            // The test is over: the listener was stopped or disposed of.
        }
    }

    private async Task TalkAsync(TcpClient client, int number)
    {
        using (client)
        {
            try
            {
                await script(new Line(client.GetStream(), number, Ended));
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The caller left.
            }
        }
    }

    /// <param name="Number">From 1.</param>
    internal sealed record Line(NetworkStream Stream, int Number, CancellationToken Ended)
    {
        /// <summary>The head that comes next, with its empty line; null when the caller left instead.</summary>
        internal async Task<string?> HearAsync()
        {
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await Stream.ReadAsync(one, Ended) == 0) return null;
                head.Append((char)one[0]);
            }

            return head.ToString();
        }

        internal Task SayAsync(string text) => Stream.WriteAsync(Encoding.ASCII.GetBytes(text), Ended).AsTask();

        /// <summary>Answers every request with the same bytes, until the caller leaves.</summary>
        internal async Task RepeatAsync(string text)
        {
            while (await HearAsync() is not null) await SayAsync(text);
        }
    }
}

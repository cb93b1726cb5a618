using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>One call whose answer goes through the relay, from a network and to a client that are memory.</summary>
internal sealed class RelayedCall : IDisposable
{
    private static readonly SilenceWatch Watch =
        new(new GatewayTerms(0.1m, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));

    private static readonly UpstreamAddress Address = new(new Uri("http://provider.example/v1"));

    private static readonly UpstreamConnections Home =
        new(new Dial(new Providers(new Dictionary<string, Uri>()), NullLogger<Dial>.Instance));

    private readonly DefaultHttpContext http = new();
    private readonly MemoryStream body = new();
    private readonly CancellationTokenSource leaving = new();
    private readonly string type;

    internal RelayedCall(Protocol protocol, string type, string request)
    {
        this.type = type;
        http.Response.Body = body;
        http.RequestAborted = leaving.Token;
        http.Request.Path = "/v1/chat/completions";
        Exchange = new GatewayExchange();
        Exchange.Begin(http, new KeyHolder(1, 1, 1, [], [], 0), protocol);
        Exchange.Meter = protocol.NewMeter();
        var model = protocol is Gemini ? "m" : null;
        Assert.Null(CallRequest.Read(protocol, Encoding.UTF8.GetBytes(request), model, out var read));
        Exchange.Request = read;
    }

    internal GatewayExchange Exchange { get; }

    internal string Shown => Encoding.UTF8.GetString(body.ToArray());

    /// <summary>The client is gone from here on.</summary>
    internal void Leave() => leaving.Cancel();

    /// <summary>One read of an answer. How much of the buffer's front is to be shown then.</summary>
    internal int Take(byte[] read)
    {
        read.CopyTo(Exchange.Buffer.Room(read.Length));
        Exchange.Buffer.Filled(read.Length);
        return Exchange.Pieces.Take(ended: false);
    }

    internal async Task<Ending> RunAsync(params byte[][] pieces)
    {
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n\r\n");
        using var request = new UpstreamRequest("POST"u8, Address);
        request.End();
        // No bytes of it go through the socket.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var connection = new UpstreamConnection(Address.Origin, socket, new Pieces([head, .. pieces]));
        Exchange.Answer = await connection.ExchangeAsync(request, Home, default);
        await new Relay(Watch).RunAsync(Exchange);
        if (Exchange.Refusal is null) Relay.Finish(Exchange);
        // As the host does at the end.
        if (!http.RequestAborted.IsCancellationRequested) await http.Response.CompleteAsync();
        return Exchange.Ending;
    }

    public void Dispose()
    {
        Exchange.TryReset();
        body.Dispose();
        leaving.Dispose();
    }

    /// <summary>A network that hands over at most one piece per read.</summary>
    private sealed class Pieces(byte[][] pieces) : Stream
    {
        private int next;
        private int taken;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (next == pieces.Length) return ValueTask.FromResult(0);
            var piece = pieces[next].AsSpan(taken);
            var length = Math.Min(piece.Length, buffer.Length);
            piece[..length].CopyTo(buffer.Span);
            (next, taken) = length == piece.Length ? (next + 1, 0) : (next, taken + length);
            return ValueTask.FromResult(length);
        }

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

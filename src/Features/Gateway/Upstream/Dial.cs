using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// New connections to upstreams. The address that is connected to is the very one that was checked, so a name cannot
/// change its mind between the two.
/// </summary>
internal sealed partial class Dial(Providers providers, ILogger<Dial> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="HttpRequestException">Nobody could be reached there in time, or not securely.</exception>
    internal async Task<UpstreamConnection> ConnectAsync(UpstreamOrigin origin, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        Stream? stream = null;
        try
        {
            var socket = await OpenAsync(origin, limit.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (origin.IsSecure) stream = await SecureAsync(stream, origin.Host, limit.Token);
            return new UpstreamConnection(origin, socket, stream);
        }
        catch (Exception error)
        {
            if (stream is not null) await stream.DisposeAsync();
            if (error is OperationCanceledException && ct.IsCancellationRequested) throw;
            if (error is not (SocketException or IOException or AuthenticationException or OperationCanceledException))
                throw;
            throw new HttpRequestException(
                error is AuthenticationException
                    ? HttpRequestError.SecureConnectionError
                    : HttpRequestError.ConnectionError,
                error.Message, error);
        }
    }

    // The stream is given back by who gets it, or with the one inside by who does not.
    private static async Task<Stream> SecureAsync(Stream stream, string host, CancellationToken ct)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            },
            ct);
        return secure;
    }

    private async Task<Socket> OpenAsync(UpstreamOrigin origin, CancellationToken ct)
    {
        var (host, port) = (origin.Host, origin.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, ct);
        if (!providers.IsOperators(host, port))
        {
            var open = Array.FindAll(addresses, PublicAddress.Is);
            if (open.Length < addresses.Length) NotPublic(logger, host, port, addresses.Length - open.Length);
            addresses = open;
        }

        var failure = new SocketException((int)SocketError.HostUnreachable);
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, ct);
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                failure = error; // The next address may be a better one.
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure;
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Count} addresses of {Host}:{Port} are not public and were not called")]
    private static partial void NotPublic(ILogger logger, string host, int port, int count);
}

using System.Net;
using System.Net.Sockets;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// One connection pool for all upstreams. HttpMessageInvoker, as HttpClient would buffer; no redirects, as they would
/// carry credentials elsewhere; no cookies, no proxies of the environment, nothing decompressed. The address that is
/// connected to is the very one that was checked, so a name cannot change its mind between the two.
/// </summary>
internal sealed partial class UpstreamClients : IDisposable
{
    private readonly Providers providers;
    private readonly ILogger<UpstreamClients> logger;
    private readonly HttpMessageInvoker invoker;

    public UpstreamClients(Providers providers, ILogger<UpstreamClients> logger)
    {
        (this.providers, this.logger) = (providers, logger);
        invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // An answer that is left early is not read to its end: the provider is to stop.
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(250),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = int.MaxValue,
            EnableMultipleHttp2Connections = true,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Over TLS by HTTP/2 where the provider speaks it, so that many calls share a connection.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (request.RequestUri!.Scheme == Uri.UriSchemeHttps) request.Version = HttpVersion.Version20;
        return invoker.SendAsync(request, ct);
    }

    public void Dispose() => invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
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
                return new NetworkStream(socket, ownsSocket: true);
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

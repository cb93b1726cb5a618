using System.Net;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// One connection pool for all upstreams. HttpMessageInvoker, as HttpClient would buffer; no redirects, as they would
/// carry credentials elsewhere; no cookies, no proxies of the environment, nothing decompressed.
/// </summary>
internal sealed class UpstreamClients : IDisposable
{
    private readonly HttpMessageInvoker invoker = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        EnableMultipleHttp2Connections = true,
    });

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        invoker.SendAsync(request, ct);

    public void Dispose() => invoker.Dispose();
}

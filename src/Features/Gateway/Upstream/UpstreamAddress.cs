using System.Text;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>Who a connection leads to.</summary>
/// <param name="Host">As DNS and certificates write it.</param>
internal sealed record UpstreamOrigin(string Host, int Port, bool IsSecure);

/// <summary>Where a request goes, with what its head says of that.</summary>
internal sealed class UpstreamAddress(Uri uri)
{
    internal UpstreamOrigin Origin { get; } = new(uri.IdnHost, uri.Port, uri.Scheme == Uri.UriSchemeHttps);

    /// <summary>The head's first two lines from behind the method (RFC 9112 §3).</summary>
    internal ReadOnlyMemory<byte> Target { get; } =
        Encoding.ASCII.GetBytes($" {uri.PathAndQuery} HTTP/1.1\r\nHost: {HostOf(uri)}\r\n");

    private static string HostOf(Uri uri)
    {
        var host = uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]" : uri.IdnHost;
        return uri.IsDefaultPort ? host : $"{host}:{uri.Port}";
    }
}

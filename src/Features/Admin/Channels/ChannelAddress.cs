using System.Net;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>
/// Where a channel may point: an address of the public internet, with nothing in it that belongs into a header. What a
/// name leads to is looked at when a connection is made; here only what stands in the text itself.
/// </summary>
internal static class ChannelAddress
{
    private const int LengthMax = 255;

    internal static bool IsSafe(string text)
    {
        if (text.Length > LengthMax || text.Any(static one => one is <= ' ' or > '~' or '?' or '#' or '\\')
            || text.Split('/') is not [var scheme, "", var authority, ..]
            || scheme is not ("https:" or "http:") || authority.Contains('@', StringComparison.Ordinal)
            || !Uri.TryCreate(text, UriKind.Absolute, out var address))
            return false;

        // A dot at the end changes nothing but the text; odd ways to write an IPv4 address are all understood.
        var host = address.IdnHost.TrimEnd('.');
        return IPAddress.TryParse(host, out var literal)
            ? PublicAddress.Is(literal)
            : host.Length > 0
                && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}

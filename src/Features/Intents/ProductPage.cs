namespace SupplyApi.Features.Intents;

/// <summary>Where a platform shows its products.</summary>
internal static class ProductPage
{
    internal const int LengthMax = 2048;

    internal static readonly string[] Platforms = ["TAOBAO", "JD", "PDD"];

    private static readonly Dictionary<string, string[]> Hosts = new()
    {
        ["TAOBAO"] = ["taobao.com", "tmall.com", "tmall.hk"],
        ["JD"] = ["jd.com", "jd.hk"],
        ["PDD"] = ["pinduoduo.com", "yangkeduo.com"],
    };

    /// <summary>An https address on a host of the platform, with a path: the page of something.</summary>
    internal static bool IsOn(string platform, string url) =>
        url.Length <= LengthMax
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 && uri.IsDefaultPort
        && uri.PathAndQuery.Length > 1
        && !url.Any(static one => char.IsControl(one) || char.IsWhiteSpace(one))
        && Hosts[platform].Any(host => uri.Host == host || uri.Host.EndsWith("." + host, StringComparison.Ordinal));

    internal static string HostsOf(string platform) => string.Join(", ", Hosts[platform]);
}

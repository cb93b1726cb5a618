using System.Collections.Concurrent;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>An upstream LLM provider: where it is, and in which header it wants its credential.</summary>
/// <param name="Root">Versioned root that operation paths are appended to, with a trailing slash.</param>
internal sealed record Provider(
    string Name, Uri Root, string CredentialHeader, string CredentialPrefix, string? VersionHeader)
{
    /// <summary>After all other headers. False: this is no text that a header could carry.</summary>
    internal bool TryAuthorize(UpstreamRequest request, string credential)
    {
        if (VersionHeader is not null && !request.Has(VersionName))
            request.TryAdd(VersionName, "", VersionHeader);
        return request.TryAdd(CredentialHeader, CredentialPrefix, credential);
    }

    private const int AddressesMax = 10_000;

    private const string VersionName = "anthropic-version";

    private readonly ConcurrentDictionary<(Uri? Origin, string Path), UpstreamAddress> addresses = new();

    /// <param name="origin">Another place than the provider's own; null for the usual one.</param>
    internal UpstreamAddress At(string path, Uri? origin = null)
    {
        if (addresses.TryGetValue((origin, path), out var known)) return known;
        var made = new UpstreamAddress(new Uri(origin is null ? Root : Rooted(origin), path));
        if (addresses.Count < AddressesMax) addresses.TryAdd((origin, path), made);
        return made;
    }

    /// <summary>A bare origin gets the provider's usual version path.</summary>
    internal Uri Rooted(Uri origin)
    {
        var path = origin.AbsolutePath.TrimEnd('/');
        if (path.Length > 0) return new Uri(origin, path + "/");
        return new Uri(origin, Name == "gemini" ? "/v1beta/" : "/v1/");
    }
}

/// <summary>
/// The providers by name. baidu, xfyun and tencent are reached by their OpenAI-compatible endpoints: their differences
/// are data, not code. An operator may point each elsewhere, also to a machine that the internet cannot reach.
/// </summary>
internal sealed class Providers(IReadOnlyDictionary<string, Uri> origins)
{
    private readonly Dictionary<string, Provider> all = new Provider[]
    {
        Bearer("openai", "https://api.openai.com/v1/"),
        new("anthropic", new Uri("https://api.anthropic.com/v1/"), "x-api-key", "", "2023-06-01"),
        new("gemini", new Uri("https://generativelanguage.googleapis.com/v1beta/"), "x-goog-api-key", "", null),
        Bearer("baidu", "https://qianfan.baidubce.com/v2/"),
        Bearer("xfyun", "https://spark-api-open.xf-yun.com/v1/"),
        Bearer("tencent", "https://api.hunyuan.cloud.tencent.com/v1/"),
    }.ToDictionary(
        static provider => provider.Name,
        provider => origins.TryGetValue(provider.Name, out var origin)
            ? provider with { Root = provider.Rooted(origin) }
            : provider,
        StringComparer.Ordinal);

    internal IEnumerable<string> Names => all.Keys;

    internal Provider this[string name] => all[name];

    internal bool Contains(string name) => all.ContainsKey(name);

    /// <summary>The operator's own word is needed for an address that is not public.</summary>
    internal bool IsOperators(string host, int port)
    {
        foreach (var origin in origins.Values)
        {
            if (origin.Port == port && origin.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static Provider Bearer(string name, string root) =>
        new(name, new Uri(root), "Authorization", "Bearer ", null);
}

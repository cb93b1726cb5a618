namespace SupplyApi.Features.Auth;

/// <summary>RFC 6750 §2.1: one Authorization header, the scheme in any case, one token.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>
    /// False when there is no header; an empty token when there is one of another form, which no check accepts.
    /// </summary>
    internal static bool TryRead(HttpRequest request, out ReadOnlySpan<char> token)
    {
        token = default;
        var headers = request.Headers.Authorization;
        if (headers.Count == 0) return false;
        var text = headers.Count == 1 ? headers[0].AsSpan() : default;
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return true;
        var rest = text[Scheme.Length..].Trim();
        if (!rest.Contains(' ')) token = rest;
        return true;
    }
}

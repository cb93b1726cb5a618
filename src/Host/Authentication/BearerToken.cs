namespace SupplyApi.Host.Authentication;

/// <summary>RFC 6750 §2.1: one Authorization header, the scheme in any case, one token.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>
    /// Null when there is no header; empty when there is one of another form, which no check accepts.
    /// </summary>
    internal static string? Of(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        if (headers.Count == 0) return null;
        var text = headers.Count == 1 ? headers[0]! : "";
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return "";
        var token = text[Scheme.Length..].Trim();
        return token.Contains(' ', StringComparison.Ordinal) ? "" : token;
    }
}

namespace SupplyApi.Host.Middleware;

/// <summary>A credential in a URL ends up in logs, histories and referrers: refused wherever it is sent.</summary>
internal static class QueryCredentials
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "api_key", "api-key", "apikey", "x-api-key", "x-goog-api-key", "access_token", "token", "authorization",
    };

    internal static Task RunAsync(HttpContext http, RequestDelegate next) =>
        http.Request.QueryString.HasValue && http.Request.Query.Keys.Any(Names.Contains)
            ? Errors.QueryCredential.ExecuteAsync(http)
            : next(http);
}

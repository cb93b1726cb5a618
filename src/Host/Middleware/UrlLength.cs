using Microsoft.AspNetCore.Http.Features;

namespace SupplyApi.Host.Middleware;

/// <summary>A URL has 8192 characters at most, as sent; a longer one is refused in the surface's own words.</summary>
internal static class UrlLength
{
    private const int Max = 8192;

    internal static Task RunAsync(HttpContext http, RequestDelegate next) =>
        http.Features.Get<IHttpRequestFeature>()!.RawTarget.Length > Max
            ? Errors.UrlTooLong.ExecuteAsync(http)
            : next(http);
}

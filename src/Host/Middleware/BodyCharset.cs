using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace SupplyApi.Host.Middleware;

/// <summary>JSON is UTF-8. The framework would fall over a charset that it does not know, or knows in quotes.</summary>
internal static class BodyCharset
{
    private const string Utf8 = "utf-8";

    internal static Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.ContentType is null or "application/json") return next(http);
        var mayHaveBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (http.GetEndpoint() is null || !mayHaveBody
            || !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.Charset.HasValue)
            return next(http);
        if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals(Utf8, StringComparison.OrdinalIgnoreCase))
            return Errors.UnsupportedMediaType.ExecuteAsync(http);

        type.Charset = Utf8;
        http.Request.ContentType = type.ToString();
        return next(http);
    }
}

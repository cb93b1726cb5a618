using System.Buffers;

namespace SupplyApi.Host.Middleware;

/// <summary>Every exchange has a name: the caller's X-Request-Id when it is a good one, else ours.</summary>
internal static class RequestIdentity
{
    private const string HeaderName = "X-Request-Id";
    private const int LengthMin = 8;
    private const int LengthMax = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    internal static Task RunAsync(HttpContext http, RequestDelegate next)
    {
        var given = http.Request.Headers[HeaderName].ToString();
        var isGood = given.Length is >= LengthMin and <= LengthMax && !given.AsSpan().ContainsAnyExcept(Allowed);
        http.TraceIdentifier = isGood ? given : Secrets.NewRequestId();
        http.Response.Headers[HeaderName] = http.TraceIdentifier;
        return next(http);
    }
}

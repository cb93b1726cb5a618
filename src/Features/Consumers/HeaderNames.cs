namespace SupplyApi.Features.Consumers;

/// <summary>The headers that a credential may come in: not those that already mean something to a call.</summary>
internal static class HeaderNames
{
    /// <summary>What a token may have besides letters and digits (RFC 9110 §5.6.2).</summary>
    internal const string Others = "!#$%&'*+-.^_`|~";

    private const int LengthMax = 64;

    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase)
    {
        "accept", "age", "allow", "baggage", "cache-control", "connection", "cookie", "date", "dnt", "early-data",
        "expect", "forwarded", "from", "host", "http2-settings", "idempotency-key", "keep-alive", "last-event-id",
        "location", "max-forwards", "origin", "pragma", "priority", "range", "referer", "retry-after", "server",
        "set-cookie", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "vary", "via", "warning", "www-authenticate",
        "x-app-id", "x-http-method-override", "x-nonce", "x-original-url", "x-real-ip", "x-request-id",
        "x-rewrite-url", "x-signed-headers", "x-supply-route", "x-timestamp",
    };

    private static readonly string[] TakenStarts =
    [
        "accept-", "access-control-", "anthropic-", "content-", "if-", "openai-", "proxy-", "sec-", "x-forwarded-",
        "x-ratelimit-", "x-signature-", "x-stainless-",
    ];

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(string field, string name)
    {
        if (!IsToken(name, LengthMax))
            return Errors.Invalid(field,
                $"{field} must have 1 to {LengthMax} letters, digits and characters of {Others}");
        return IsTaken(name)
            ? Errors.Invalid(field, $"{field} must not be a header that has a meaning of its own.")
            : null;
    }

    internal static bool IsTaken(string name) =>
        Taken.Contains(name) || TakenStarts.Any(one => name.StartsWith(one, StringComparison.OrdinalIgnoreCase));

    internal static bool IsToken(string text, int lengthMax) =>
        text.Length > 0 && text.Length <= lengthMax
        && text.All(static one => char.IsAsciiLetterOrDigit(one) || Others.Contains(one, StringComparison.Ordinal));
}

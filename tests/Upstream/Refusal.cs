namespace SupplyApi.Upstream;

/// <summary>Errors in the words and the shape of the provider.</summary>
internal static class Refusal
{
    internal const string RetryAfterSeconds = "2";

    private const string ServerError = "The server had an error while processing your request. Sorry about that!";

    internal static string InMidStream { get; } =
        $$$"""{"error":{"message":"{{{ServerError}}}","type":"server_error","param":null,"code":null}}""";

    internal static Task SendAsync(HttpContext http, Protocol protocol, int status)
    {
        if (status == StatusCodes.Status429TooManyRequests) http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return protocol switch
        {
            Protocol.Anthropic => SendAnthropicAsync(http, status),
            Protocol.Gemini => SendGeminiAsync(http, status),
            _ => SendOpenAiAsync(http, status)
        };
    }

    internal static Task SendOpenAiAsync(
        HttpContext http, int status, string message, string type, string? param = null, string? code = null)
    {
        OpenAiHeaders.Write(http);
        return http.SendJsonAsync(
            $$$"""
            {
                "error": {
                    "message": {{{Json.Text(message)}}},
                    "type": {{{Json.Text(type)}}},
                    "param": {{{Json.Text(param)}}},
                    "code": {{{Json.Text(code)}}}
                }
            }
            """, status);
    }

    internal static Task SendInvalidAsync(
        HttpContext http, string message, string? param = null, string? code = null) =>
        SendOpenAiAsync(http, StatusCodes.Status400BadRequest, message, "invalid_request_error", param, code);

    internal static Task SendQuotaAsync(HttpContext http) =>
        SendOpenAiAsync(http, StatusCodes.Status429TooManyRequests,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota", code: "insufficient_quota");

    internal static Task UnknownUrlAsync(HttpContext http) =>
        SendOpenAiAsync(http, StatusCodes.Status404NotFound,
            $"Invalid URL ({http.Request.Method} {http.Request.Path})", "invalid_request_error");

    private static Task SendOpenAiAsync(HttpContext http, int status) => status switch
    {
        401 when Credential.Read(http.Request) is null => SendOpenAiAsync(http, status,
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
            + "auth (i.e. Authorization: Bearer YOUR_KEY).", "invalid_request_error"),
        401 => SendOpenAiAsync(http, status, "Incorrect API key provided: ****.", "invalid_request_error",
            code: "invalid_api_key"),
        403 => SendOpenAiAsync(http, status, "Country, region, or territory not supported", "request_forbidden",
            code: "unsupported_country_region_territory"),
        404 => SendOpenAiAsync(http, status, "The model does not exist or you do not have access to it.",
            "invalid_request_error", code: "model_not_found"),
        429 => SendOpenAiAsync(http, status,
            $"Rate limit reached for requests. Please try again in {RetryAfterSeconds}s.", "requests",
            code: "rate_limit_exceeded"),
        503 => SendOpenAiAsync(http, status, "The engine is currently overloaded, please try again later",
            "service_unavailable_error"),
        >= 500 => SendOpenAiAsync(http, status, ServerError, "server_error"),
        _ => SendOpenAiAsync(http, status, "The request was refused.", "invalid_request_error")
    };

    private static Task SendAnthropicAsync(HttpContext http, int status)
    {
        var (type, message) = status switch
        {
            400 => ("invalid_request_error", "anthropic-version: header is required"),
            401 => ("authentication_error", "invalid x-api-key"),
            403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
            429 => ("rate_limit_error", "This request would exceed your account's rate limit."),
            _ => ("api_error", "Internal server error")
        };
        return http.SendJsonAsync(Json.Fold(
            $$$"""
            {"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"},
            "request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}
            """), status);
    }

    // A bad key is a 400 there, told from a bad request by its reason only.
    private static Task SendGeminiAsync(HttpContext http, int status)
    {
        var (code, name, message, reason) = status switch
        {
            401 when Credential.Read(http.Request) is null => (403, "PERMISSION_DENIED",
                "Method doesn't allow unregistered callers (callers without established identity).", null),
            401 => (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"),
            403 => (403, "PERMISSION_DENIED", "The caller does not have permission", null),
            429 => (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", null),
            _ => (500, "INTERNAL", "An internal error has occurred.", (string?)null)
        };
        var details = reason is null
            ? ""
            : $$$"""
            ,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{{{reason}}}",
            "domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]
            """;
        return http.SendJsonAsync(Json.Fold(
            $$$"""
            {"error":{"code":{{{code}}},"message":"{{{message}}}","status":"{{{name}}}"{{{details}}}}}
            """), code);
    }
}

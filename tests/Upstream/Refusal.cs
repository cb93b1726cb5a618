namespace SupplyApi.Upstream;

/// <summary>Errors in the words and the shape of the provider.</summary>
internal static class Refusal
{
    internal const string RetryAfterSeconds = "2";

    private const string ServerError = "The server had an error while processing your request. Sorry about that!";

    internal static string InMidStream { get; } =
        $$$"""{"error":{"message":"{{{ServerError}}}","type":"server_error","param":null,"code":null}}""";

    /// <param name="message">In place of the provider's usual words for this status.</param>
    internal static Task SendAsync(
        HttpContext http, Protocol protocol, int status, string? message = null, string? param = null,
        string? code = null)
    {
        if (status == StatusCodes.Status429TooManyRequests) http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return protocol switch
        {
            Protocol.Anthropic => SendAnthropicAsync(http, status, message),
            Protocol.Gemini => SendGeminiAsync(http, status, message),
            _ when message is not null =>
                SendOpenAiAsync(http, status, message, "invalid_request_error", param, code),
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

    internal static Task SendQuotaAsync(HttpContext http, Protocol protocol) => protocol switch
    {
        // Without credit there, everything looks like a bad request.
        Protocol.Anthropic => SendAsync(http, protocol, StatusCodes.Status400BadRequest,
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
            + "purchase credits."),
        Protocol.Gemini => SendAsync(http, protocol, StatusCodes.Status429TooManyRequests,
            "You exceeded your current quota, please check your plan and billing details."),
        _ => SendOpenAiAsync(http, StatusCodes.Status429TooManyRequests,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota", code: "insufficient_quota"),
    };

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

    private static Task SendAnthropicAsync(HttpContext http, int status, string? words)
    {
        var (type, message) = status switch
        {
            400 => ("invalid_request_error", "anthropic-version: header is required"),
            401 => ("authentication_error", "invalid x-api-key"),
            403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
            404 => ("not_found_error", "model: not found"),
            413 => ("request_too_large", "Request exceeds the maximum size"),
            429 => ("rate_limit_error", "This request would exceed your account's rate limit."),
            529 => ("overloaded_error", "Overloaded"),
            _ => ("api_error", "Internal server error")
        };
        http.Response.Headers["request-id"] = "req_011CSHoEeqs5C35K2UUqR7Fy";
        return http.SendJsonAsync(Json.Fold(
            $$$"""
            {"type":"error","error":{"type":"{{{type}}}","message":{{{Json.Text(words ?? message)}}}},
            "request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}
            """), status);
    }

    // A bad key is a 400 there, told from a bad request by its reason only.
    private static Task SendGeminiAsync(HttpContext http, int status, string? words)
    {
        var (code, name, message, reason) = status switch
        {
            400 => (400, "INVALID_ARGUMENT", "Request contains an invalid argument.", null),
            401 when Credential.Read(http.Request) is null => (403, "PERMISSION_DENIED",
                "Method doesn't allow unregistered callers (callers without established identity).", null),
            401 => (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"),
            403 => (403, "PERMISSION_DENIED", "The caller does not have permission", null),
            404 => (404, "NOT_FOUND", "The model is not found for API version v1beta.", null),
            429 => (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", null),
            503 => (503, "UNAVAILABLE", "The model is overloaded. Please try again later.", null),
            _ => (500, "INTERNAL", "An internal error has occurred.", (string?)null)
        };
        var details = reason is null
            ? ""
            : $$$"""
            ,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{{{reason}}}",
            "domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]
            """;
        var error = Json.Fold(
            $$$"""
            {"error":{"code":{{{code}}},"message":{{{Json.Text(words ?? message)}}},"status":"{{{name}}}"{{{details}}}}}
            """);
        var isArray = http.Request.Path.Value!.EndsWith(":streamGenerateContent", StringComparison.Ordinal)
            && http.Request.Query["alt"] != "sse";
        return http.SendJsonAsync(isArray ? $"[{error}\n]" : error, code);
    }
}

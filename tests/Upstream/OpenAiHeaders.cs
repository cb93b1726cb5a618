namespace SupplyApi.Upstream;

/// <summary>What OpenAI sends beside its answers: none of it is for a caller behind a gateway.</summary>
internal static class OpenAiHeaders
{
    internal static void Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers["openai-organization"] = "org-simulated";
        headers["openai-processing-ms"] = "12";
        headers["openai-version"] = "2020-10-01";
        headers["x-ratelimit-limit-requests"] = "10000";
        headers["x-ratelimit-limit-tokens"] = "2000000";
        headers["x-ratelimit-remaining-requests"] = "9999";
        headers["x-ratelimit-remaining-tokens"] = "1999978";
        headers["x-ratelimit-reset-requests"] = "6ms";
        headers["x-ratelimit-reset-tokens"] = "0s";
        headers["x-request-id"] = "req_upstream0000000000000000000000000";
        headers.SetCookie = "__cf_bm=simulated; path=/; HttpOnly; Secure; SameSite=None";
    }
}

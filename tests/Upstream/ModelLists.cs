namespace SupplyApi.Upstream;

/// <summary>The cheapest authenticated request of each provider.</summary>
internal static class ModelLists
{
    private static readonly string[] OpenAi =
    [
        "gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "gpt-4.1", "gpt-4.1-2025-04-14",
        "o3-mini", "ernie-4.5-turbo-128k", "4.0Ultra", "hunyuan-turbos-latest", "text-embedding-3-small"
    ];

    private static readonly (string Id, string Name, string Created)[] Anthropic =
    [
        ("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29T00:00:00Z"),
        ("claude-3-5-haiku-20241022", "Claude Haiku 3.5", "2024-10-22T00:00:00Z")
    ];

    private static readonly (string Id, string Name)[] Gemini =
        [("gemini-2.5-flash", "Gemini 2.5 Flash"), ("gemini-2.5-pro", "Gemini 2.5 Pro")];

    /// <summary>The dated name behind a floating one, as the provider puts it into its answers.</summary>
    internal static string Resolve(string model) => model switch
    {
        "gpt-4o" => "gpt-4o-2024-08-06",
        "gpt-4o-mini" => "gpt-4o-mini-2024-07-18",
        "gpt-4.1" => "gpt-4.1-2025-04-14",
        _ => model
    };

    // Two providers share the path; their credential headers tell them apart.
    internal static Task ListAsync(HttpContext http) =>
        http.Request.Headers.ContainsKey("x-api-key") ? ListAnthropicAsync(http) : ListOpenAiAsync(http);

    private static async Task ListOpenAiAsync(HttpContext http)
    {
        if (!await Credential.AdmitAsync(http, Protocol.OpenAi)) return;
        OpenAiHeaders.Write(http);
        var models = OpenAi.Select(id =>
            $$"""{"id":"{{id}}","object":"model","created":1715367049,"owned_by":"system"}""");
        await http.SendJsonAsync($$"""{"object":"list","data":[{{string.Join(',', models)}}]}""");
    }

    private static async Task ListAnthropicAsync(HttpContext http)
    {
        if (!http.Request.Headers.ContainsKey("anthropic-version"))
        {
            await Refusal.SendAsync(http, Protocol.Anthropic, StatusCodes.Status400BadRequest);
            return;
        }
        if (!await Credential.AdmitAsync(http, Protocol.Anthropic)) return;
        var models = Anthropic.Select(one =>
            $$"""{"type":"model","id":"{{one.Id}}","display_name":"{{one.Name}}","created_at":"{{one.Created}}"}""");
        await http.SendJsonAsync(Json.Fold(
            $$"""
            {"data":[{{string.Join(',', models)}}],"has_more":false,
            "first_id":"{{Anthropic[0].Id}}","last_id":"{{Anthropic[^1].Id}}"}
            """));
    }

    internal static async Task ListGeminiAsync(HttpContext http)
    {
        if (!await Credential.AdmitAsync(http, Protocol.Gemini)) return;
        var models = Gemini.Select(one => Json.Fold(
            $$"""
            {"name":"models/{{one.Id}}","version":"001","displayName":"{{one.Name}}",
            "description":"Stable version","inputTokenLimit":1048576,"outputTokenLimit":65536,
            "supportedGenerationMethods":["generateContent","countTokens","createCachedContent"],
            "temperature":1,"topP":0.95,"topK":64,"maxTemperature":2,"thinking":true}
            """));
        await http.SendJsonAsync($$"""{"models":[{{string.Join(',', models)}}]}""");
    }
}

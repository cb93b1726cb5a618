using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1beta/models/{model}:{action}: Gemini's shapes, as a whole, as an array and as events.</summary>
internal sealed class Contents() : Endpoint(Protocol.Gemini)
{
    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root) =>
        root.Find("contents").List().Count == 0
            ? ("* GenerateContentRequest.contents: contents is not specified\n", null, null)
            : null;

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var contents = root.Find("contents").List();
        return new Prompt(
            Route(http).Model,
            Route(http).Action == "streamGenerateContent",
            contents.Where(static one => one.Find("role").Text() is null or "user")
                .Select(static one => one.Find("parts").TextOrParts()).LastOrDefault(""),
            contents.Sum(static one => Prompt.Count(one.Find("parts").TextOrParts())))
        {
            TokensMax = root.Find("generationConfig").Find("maxOutputTokens").Number(),
            Tools =
            [
                .. root.Find("tools").List().SelectMany(static one => one.Find("functionDeclarations").List())
                    .Select(static one => new Function(
                        one.GetProperty("name").GetString()!,
                        one.Find("parameters") ?? one.Find("parametersJsonSchema"))),
            ],
            MustCallTool =
                root.Find("toolConfig").Find("functionCallingConfig").Find("mode").Text() == "ANY",
        };
    }

    protected override void WriteHeaders(HttpContext http) =>
        http.Response.Headers["server-timing"] = "gfet4t7; dur=412";

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        if (Route(http).Action == "countTokens")
            return Script.Only(
                $$"""{"totalTokens":{{answer.Usage.Input}},"promptTokensDetails":[{{Text(answer.Usage.Input)}}]}""");

        var parts = answer.Calls.Count == 0
            ? [.. answer.Pieces.Select(static piece => $"{{\"text\":{Json.Text(piece)}}}")]
            : answer.Calls.Select(Call).ToList();
        var chunks = parts
            .Select((part, place) =>
                Chunk(prompt, part, "", Usage(directives, answer.Usage.After(place + 1, parts.Count))))
            .ToList();
        var last = Chunk(prompt, "{\"text\":\"\"}", Finish(answer), Usage(directives, answer.Usage));
        var said = answer.Calls.Count == 0
            ? $"{{\"text\":{Json.Text(string.Concat(answer.Pieces))}}}"
            : string.Join(',', parts);
        var whole = Chunk(prompt, said, Finish(answer), Usage(directives, answer.Usage));
        return http.Request.Query["alt"] == "sse"
            ? new Script(whole, [], [.. chunks.Select(Line)], [Line(last)], Line(Failure))
            : new Script(
                whole, [], [.. chunks.Select(static (one, place) => (place == 0 ? "[" : ",\r\n") + one)],
                [",\r\n" + last, "\n]"], ",\r\n" + Failure + "\n]")
            {
                ContentType = "application/json; charset=UTF-8",
            };
    }

    private static string Failure { get; } = Json.Fold("""
        {"error":{"code":503,"message":"The model is overloaded. Please try again later.",
        "status":"UNAVAILABLE"}}
        """);

    private static string Line(string json) => $"data: {json}\r\n\r\n";

    private static (string Model, string Action) Route(HttpContext http) =>
        ((string)http.GetRouteValue("model")!, (string)http.GetRouteValue("action")!);

    private static string Finish(Answer answer) =>
        $",\"finishReason\":\"{(answer.FinishReason == "length" ? "MAX_TOKENS" : "STOP")}\"";

    private static string Chunk(Prompt prompt, string parts, string finish, string usage) => Json.Fold(
        $$$"""
        {"candidates":[{"content":{"parts":[{{{parts}}}],"role":"model"}{{{finish}}},"index":0}]{{{usage}}},
        "modelVersion":{{{Json.Text(prompt.Model)}}},"responseId":"simulatedXYZ"}
        """);

    private static string Call(ToolCall call) =>
        $$$"""{"functionCall":{"name":{{{Json.Text(call.Name)}}},"args":{{{call.Arguments}}}}}""";

    // Thoughts are told beside the candidates, the cache as a part of the prompt.
    private static string Usage(Directives directives, Usage usage) => directives.NoUsage
        ? ""
        : Json.Fold(
            $$$"""
            ,"usageMetadata":{"promptTokenCount":{{{usage.Input}}},"candidatesTokenCount":{{{usage.Output}}},
            "totalTokenCount":{{{usage.Input + usage.Output + usage.Reasoning}}},
            "cachedContentTokenCount":{{{usage.Cached}}},"thoughtsTokenCount":{{{usage.Reasoning}}},
            "promptTokensDetails":[{{{Text(usage.Input)}}}]}
            """);

    private static string Text(int tokens) => $$"""{"modality":"TEXT","tokenCount":{{tokens}}}""";
}

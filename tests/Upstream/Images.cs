using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/images/generations: pictures of one pixel, and drafts of it when they are asked for.</summary>
internal sealed class Images() : Endpoint(Protocol.OpenAi)
{
    private const string Pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root) =>
        root.Find("model").Text() is null ? ("you must provide a model parameter", null, null)
        : root.Find("prompt").Text() is null
            ? ("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")
        : null;

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var text = root.Find("prompt").Text()!;
        return new Prompt(root.Find("model").Text()!, root.Find("stream").IsTrue(), text, Prompt.Count(text))
        {
            Inputs = root.Find("n").Number() ?? 1,
        };
    }

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        var created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var usage = directives.NoUsage ? "" : $",\"usage\":{UsageJson(answer.Usage)}";
        var pictures = Enumerable.Range(0, prompt.Inputs).Select(static _ => $$"""{"b64_json":"{{Pixel}}"}""");
        var drafts = Enumerable.Range(0, root.Find("partial_images").Number() ?? 0).Select(place => Event(
            $$"""
            {"type":"image_generation.partial_image","b64_json":"{{Pixel}}","partial_image_index":{{place}}}
            """, "image_generation.partial_image"));
        return new Script(
            $$"""{"created":{{created}},"data":[{{string.Join(',', pictures)}}]{{usage}}}""",
            [],
            [.. drafts],
            [Event(
                $$"""
                {"type":"image_generation.completed","b64_json":"{{Pixel}}","created_at":{{created}}{{usage}}}
                """, "image_generation.completed")],
            Event(Refusal.InMidStream, "error"));
    }

    private static string UsageJson(Usage usage) => Json.Fold(
        $$$"""
        {"total_tokens":{{{usage.Input + usage.Output}}},"input_tokens":{{{usage.Input}}},
        "output_tokens":{{{usage.Output}}},"input_tokens_details":{"text_tokens":{{{usage.Input}}},"image_tokens":0}}
        """);
}

using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/embeddings: a short vector for each text.</summary>
internal sealed class Embeddings() : Endpoint(Protocol.OpenAi)
{
    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root) =>
        root.Find("model").Text() is null ? ("you must provide a model parameter", null, null)
        : root.Find("input") is null ? ("Missing required parameter: 'input'.", "input", "missing_required_parameter")
        : null;

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var input = root.Find("input");
        string[] texts = input.Text() is { } one
            ? [one]
            : [.. input.List().Select(static part => ((JsonElement?)part).Text() ?? "")];
        return new Prompt(
            root.Find("model").Text()!, IsStream: false, string.Concat(texts), texts.Sum(Prompt.Count))
        {
            Inputs = texts.Length,
        };
    }

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        var vectors = Enumerable.Range(0, prompt.Inputs).Select(static place =>
            $$"""{"object":"embedding","index":{{place}},"embedding":[0.0023064255,-0.009327292,-0.0028842222]}""");
        var input = answer.Usage.Input;
        var usage = directives.NoUsage
            ? ""
            : $$""","usage":{"prompt_tokens":{{input}},"total_tokens":{{input}}}""";
        return Script.Only(Json.Fold(
            $$"""
            {"object":"list","data":[{{string.Join(',', vectors)}}],"model":{{Json.Text(prompt.Model)}}{{usage}}}
            """));
    }
}

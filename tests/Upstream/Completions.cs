using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/completions: a prompt is continued. It calls no tools.</summary>
internal sealed class Completions() : Endpoint(Protocol.OpenAi)
{
    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root) =>
        root.Find("model").Text() is null ? ("you must provide a model parameter", null, null) : null;

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var prompt = root.Find("prompt");
        var text = prompt.Text() ?? string.Concat(prompt.List().Select(static one => ((JsonElement?)one).Text()));
        return new Prompt(
            root.Find("model").Text()!, root.Find("stream").IsTrue(), text, Prompt.Count(text))
        {
            TokensMax = root.Find("max_tokens").Number(),
        };
    }

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        var created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var usage = $"\"usage\":{answer.Usage.ToJson()}";
        var asked = root.Find("stream_options").Find("include_usage").IsTrue() && !directives.NoUsage;
        var closing = new List<string> { Frame(Choice("", $"\"{answer.FinishReason}\""), "") };
        if (asked) closing.Add(Frame("", "," + usage));
        closing.Add("[DONE]");
        return new Script(
            Frame(
                Choice(string.Concat(answer.Pieces), $"\"{answer.FinishReason}\""),
                directives.NoUsage ? "" : "," + usage),
            [],
            [.. answer.Pieces.Select(piece => Event(Frame(Choice(piece, "null"), "")))],
            [.. closing.Select(static one => Event(one))],
            Event(Refusal.InMidStream));

        string Frame(string choices, string more) => Json.Fold(
            $$"""
            {"id":"cmpl-SIM{{number}}","object":"text_completion","created":{{created}},
            "model":{{Json.Text(prompt.Model)}},"choices":[{{choices}}]{{more}}}
            """);
    }

    private static string Choice(string text, string finish) =>
        $$"""{"text":{{Json.Text(text)}},"index":0,"logprobs":null,"finish_reason":{{finish}}}""";
}

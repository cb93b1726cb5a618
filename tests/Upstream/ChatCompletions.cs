using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/chat/completions.</summary>
internal sealed class ChatCompletions() : Endpoint(Protocol.OpenAi)
{
    private const string EmptyMessages =
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";

    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root)
    {
        var messages = root.Find("messages");
        if (root.Find("model").Text() is null) return ("you must provide a model parameter", null, null);
        if (messages is null)
            return ("Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
        if (messages is not { ValueKind: JsonValueKind.Array } || messages.List().Any(IsNoObject))
            return ("Invalid type for 'messages': expected an array of objects.", "messages", "invalid_type");
        if (messages.List().Count == 0) return (EmptyMessages, "messages", "empty_array");
        if (!root.Find("stream").IsTrue() && root.Find("stream_options") is not null)
            return ("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null);
        return null;
    }

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var messages = root.Find("messages").List();
        var choice = root.Find("tool_choice");
        var forced = choice.Find("function").Find("name").Text();
        return new Prompt(
            root.Find("model").Text()!,
            root.Find("stream").IsTrue(),
            messages.Where(static one => one.Find("role").Text() == "user")
                .Select(static one => one.Find("content").TextOrParts()).LastOrDefault(""),
            messages.Sum(static one => Prompt.Count(one.Find("content").TextOrParts())))
        {
            TokensMax = root.Find("max_completion_tokens").Number() ?? root.Find("max_tokens").Number(),
            Tools =
            [
                .. root.Find("tools").List().Select(static tool => tool.Find("function")).OfType<JsonElement>()
                    .Select(static one => new Function(one.GetProperty("name").GetString()!, one.Find("parameters")))
                    .Where(one => forced is null || one.Name == forced),
            ],
            MustCallTool = forced is not null || choice.Text() == "required",
        };
    }

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        var created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var options = root.Find("stream_options");
        var asked = options.Find("include_usage").IsTrue();
        var shapes = new ChatShapes($"chatcmpl-SIM{number}", created, ModelLists.Resolve(prompt.Model), directives)
        {
            IncludesUsage = asked,
            IsObfuscated = options.Find("include_obfuscation") is not { ValueKind: JsonValueKind.False },
        };
        var closing = new List<string> { shapes.Finish(answer) };
        if (asked && !directives.NoUsage) closing.Add(shapes.UsageOnly(answer));
        if (!directives.NoDone) closing.Add("[DONE]");
        return new Script(
            shapes.Completion(answer),
            [Event(shapes.Opening(answer, answer.Usage.After(0, 1)))],
            [.. ListChunks(answer, shapes).Select(static chunk => Event(chunk))],
            [.. closing.Select(static one => Event(one))],
            Event(Refusal.InMidStream));
    }

    private static IEnumerable<string> ListChunks(Answer answer, ChatShapes shapes)
    {
        var whole = Math.Max(1, answer.Pieces.Count + answer.Calls.Sum(call => call.Pieces.Count));
        var part = 0;
        foreach (var piece in answer.Pieces)
            yield return shapes.Content(piece, answer.Usage.After(++part, whole));
        foreach (var call in answer.Calls)
        {
            if (call.Place > 0) yield return shapes.CallHead(call, answer.Usage.After(part, whole));
            foreach (var piece in call.Pieces)
                yield return shapes.CallPiece(call, piece, answer.Usage.After(++part, whole));
        }
    }

    private static bool IsNoObject(JsonElement element) => element.ValueKind != JsonValueKind.Object;
}

using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/responses: events with names and numbers, the last one with the whole response in it.</summary>
internal sealed class Responses() : Endpoint(Protocol.OpenAi)
{
    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root) =>
        root.Find("model").Text() is null
            ? ("Missing required parameter: 'model'.", "model", "missing_required_parameter")
            : null;

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var input = root.Find("input");
        var text = input.Text() ?? input.List()
            .Where(static one => one.Find("role").Text() == "user")
            .Select(static one => one.Find("content").TextOrParts()).LastOrDefault("");
        return new Prompt(root.Find("model").Text()!, root.Find("stream").IsTrue(), text, Prompt.Count(text))
        {
            TokensMax = root.Find("max_output_tokens").Number(),
            Tools =
            [
                .. root.Find("tools").List().Where(static one => one.Find("type").Text() == "function")
                    .Select(static one => new Function(one.GetProperty("name").GetString()!, one.Find("parameters"))),
            ],
            MustCallTool = root.Find("tool_choice").Text() == "required",
        };
    }

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        var shapes = new ResponseShapes(number, prompt, directives, answer);
        var events = 0;
        return new Script(
            shapes.Whole("completed"),
            [Named("response.created", shapes.Wrapped("in_progress")), .. shapes.Heads().Select(Told)],
            [.. shapes.Deltas().Select(Told)],
            [.. shapes.Tails().Select(Told), Named("response.completed", shapes.Wrapped("completed"))],
            Named("error", """ "code":"server_error","message":"The server had an error.","param":null """.Trim()));

        string Told((string Name, string Members) one) => Named(one.Name, one.Members);
        string Named(string name, string members) =>
            Event($$"""{"type":"{{name}}","sequence_number":{{events++}},{{members}}}""", name);
    }
}

/// <summary>The JSON of one response and of its events.</summary>
internal sealed class ResponseShapes(string number, Prompt prompt, Directives directives, Answer answer)
{
    private readonly long created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    internal string Wrapped(string status) => $"\"response\":{Whole(status)}";

    internal string Whole(string status)
    {
        var isDone = status == "completed";
        var items = isDone ? string.Join(',', Items(isDone: true)) : "";
        var usage = isDone && !directives.NoUsage ? UsageJson() : "null";
        return Json.Fold(
            $$"""
            {"id":"resp_SIM{{number}}","object":"response","created_at":{{created}},"status":"{{status}}",
            "error":null,"incomplete_details":null,"model":{{Json.Text(prompt.Model)}},"output":[{{items}}],
            "parallel_tool_calls":true,"store":true,"usage":{{usage}}}
            """);
    }

    internal IEnumerable<(string Name, string Members)> Heads()
    {
        if (answer.Calls.Count > 0) yield break;
        yield return ("response.output_item.added", $"\"output_index\":0,\"item\":{Message(isDone: false)}");
        yield return ("response.content_part.added",
            $$"""{{Place(0)}},"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}""");
    }

    internal IEnumerable<(string Name, string Members)> Deltas()
    {
        foreach (var piece in answer.Pieces)
            yield return ("response.output_text.delta",
                $$"""{{Place(0)}},"content_index":0,"delta":{{Json.Text(piece)}},"logprobs":[]""");
        foreach (var call in answer.Calls)
        {
            yield return ("response.output_item.added",
                $"\"output_index\":{call.Place},\"item\":{Call(call, isDone: false)}");
            foreach (var piece in call.Pieces)
                yield return ("response.function_call_arguments.delta",
                    $"{Place(call.Place)},\"delta\":{Json.Text(piece)}");
        }
    }

    internal IEnumerable<(string Name, string Members)> Tails()
    {
        if (answer.Calls.Count == 0)
            yield return ("response.output_text.done",
                $"{Place(0)},\"content_index\":0,\"text\":{Json.Text(string.Concat(answer.Pieces))},\"logprobs\":[]");
        foreach (var call in answer.Calls)
            yield return ("response.function_call_arguments.done",
                $"{Place(call.Place)},\"arguments\":{Json.Text(call.Arguments)}");
        foreach (var (item, place) in Items(isDone: true).Select(static (item, place) => (item, place)))
            yield return ("response.output_item.done", $"\"output_index\":{place},\"item\":{item}");
    }

    private string UsageJson() => Json.Fold(
        $$$"""
        {"input_tokens":{{{answer.Usage.Input}}},"input_tokens_details":{"cached_tokens":{{{answer.Usage.Cached}}}},
        "output_tokens":{{{answer.Usage.Output}}},
        "output_tokens_details":{"reasoning_tokens":{{{answer.Usage.Reasoning}}}},
        "total_tokens":{{{answer.Usage.Input + answer.Usage.Output}}}}
        """);

    private IEnumerable<string> Items(bool isDone) =>
        answer.Calls.Count == 0 ? [Message(isDone)] : answer.Calls.Select(call => Call(call, isDone));

    private string Place(int place) => $"\"item_id\":\"{ItemId(place)}\",\"output_index\":{place}";

    private string ItemId(int place) => answer.Calls.Count == 0 ? $"msg_SIM{number}" : $"fc_SIM{number}{place}";

    private string Message(bool isDone)
    {
        var text = Json.Text(string.Concat(answer.Pieces));
        var content = isDone ? $$"""{"type":"output_text","text":{{text}},"annotations":[],"logprobs":[]}""" : "";
        return Json.Fold(
            $$"""
            {"id":"{{ItemId(0)}}","type":"message","status":"{{Status(isDone)}}","role":"assistant",
            "content":[{{content}}]}
            """);
    }

    private string Call(ToolCall call, bool isDone) => Json.Fold(
        $$"""
        {"id":"{{ItemId(call.Place)}}","type":"function_call","status":"{{Status(isDone)}}",
        "call_id":"{{call.Id}}","name":{{Json.Text(call.Name)}},
        "arguments":{{Json.Text(isDone ? call.Arguments : "")}}}
        """);

    private static string Status(bool isDone) => isDone ? "completed" : "in_progress";
}

using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/messages: Anthropic's shapes, input counted at the start and output at the end.</summary>
internal class Messages() : Endpoint(Protocol.Anthropic)
{
    protected override (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root)
    {
        if (!http.Request.Headers.ContainsKey("anthropic-version"))
            return ("anthropic-version: header is required", null, null);
        if (root.Find("model").Text() is null) return ("model: Field required", null, null);
        if (root.Find("messages").List().Count == 0) return ("messages: Field required", null, null);
        return NeedsLimit && root.Find("max_tokens") is null ? ("max_tokens: Field required", null, null) : null;
    }

    protected virtual bool NeedsLimit => true;

    protected override Prompt Read(HttpContext http, JsonElement root)
    {
        var messages = root.Find("messages").List();
        var choice = root.Find("tool_choice");
        var forced = choice.Find("name").Text();
        return new Prompt(
            root.Find("model").Text()!,
            root.Find("stream").IsTrue(),
            messages.Where(static one => one.Find("role").Text() == "user")
                .Select(static one => one.Find("content").TextOrParts()).LastOrDefault(""),
            messages.Sum(static one => Prompt.Count(one.Find("content").TextOrParts())))
        {
            TokensMax = root.Find("max_tokens").Number(),
            Tools =
            [
                .. root.Find("tools").List()
                    .Select(static one => new Function(one.GetProperty("name").GetString()!, one.Find("input_schema")))
                    .Where(one => forced is null || one.Name == forced),
            ],
            MustCallTool = forced is not null || choice.Find("type").Text() == "any",
        };
    }

    protected override void WriteHeaders(HttpContext http)
    {
        http.Response.Headers["request-id"] = "req_011CSHoEeqs5C35K2UUqR7Fy";
        http.Response.Headers["anthropic-organization-id"] = "00000000-0000-0000-0000-000000000000";
        http.Response.Headers["anthropic-ratelimit-requests-remaining"] = "49";
    }

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number)
    {
        var shapes = new MessageShapes(number, prompt, directives, answer);
        return new Script(
            shapes.Whole(),
            [.. shapes.Opening().Select(Told)],
            [.. shapes.Chunks().Select(static chunk => string.Concat(chunk.Select(Told)))],
            [.. shapes.Closing().Select(Told)],
            Event("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", "error"));

        static string Told((string Name, string Members) one) =>
            Event($$"""{"type":"{{one.Name}}"{{one.Members}}}""", one.Name);
    }
}

/// <summary>POST /v1/messages/count_tokens.</summary>
internal sealed class MessageTokens : Messages
{
    protected override bool NeedsLimit => false;

    protected override Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number) =>
        Script.Only($$"""{"input_tokens":{{answer.Usage.Input}}}""");
}

/// <summary>The JSON of one message and of its events.</summary>
internal sealed class MessageShapes(string number, Prompt prompt, Directives directives, Answer answer)
{
    internal string Whole()
    {
        var usage = directives.NoUsage ? "" : $",\"usage\":{Usage(answer.Usage.Output)}";
        return Head(string.Join(',', Blocks()), $"\"{Reason}\"", usage);
    }

    internal IEnumerable<(string Name, string Members)> Opening()
    {
        var usage = directives.NoUsage ? "" : $",\"usage\":{Usage(Math.Min(1, answer.Usage.Output))}";
        yield return ("message_start", $",\"message\":{Head("", "null", usage)}");
        if (answer.Calls.Count == 0)
            yield return ("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
        yield return ("ping", "");
    }

    /// <summary>Mostly one event each.</summary>
    internal IEnumerable<IReadOnlyList<(string Name, string Members)>> Chunks()
    {
        var (part, whole) = (0, answer.Pieces.Count);
        foreach (var piece in answer.Pieces)
        {
            (string Name, string Members) text = ("content_block_delta",
                $",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":{Json.Text(piece)}}}");
            var total = Delta("null", answer.Usage.After(++part, whole).Output);
            yield return directives.Cumulative ? [text, total] : [text];
        }

        foreach (var call in answer.Calls)
        {
            yield return
                [("content_block_start", $",\"index\":{call.Place},\"content_block\":{Call(call, "{}")}")];
            foreach (var piece in call.Pieces)
                yield return
                    [("content_block_delta",
                        $",\"index\":{call.Place},\"delta\":"
                        + $"{{\"type\":\"input_json_delta\",\"partial_json\":{Json.Text(piece)}}}")];
            yield return [("content_block_stop", $",\"index\":{call.Place}")];
        }
    }

    internal IEnumerable<(string Name, string Members)> Closing()
    {
        if (answer.Calls.Count == 0) yield return ("content_block_stop", ",\"index\":0");
        yield return Delta($"\"{Reason}\"", answer.Usage.Output);
        if (!directives.NoDone) yield return ("message_stop", "");
    }

    private string Reason => answer.FinishReason switch
    {
        "tool_calls" => "tool_use",
        "length" => "max_tokens",
        _ => "end_turn",
    };

    private (string Name, string Members) Delta(string reason, int output)
    {
        var usage = directives.NoUsage ? "" : $",\"usage\":{{\"output_tokens\":{output}}}";
        return ("message_delta", $",\"delta\":{{\"stop_reason\":{reason},\"stop_sequence\":null}}{usage}");
    }

    private string Head(string content, string reason, string usage) => Json.Fold(
        $$"""
        {"id":"msg_SIM{{number}}","type":"message","role":"assistant","model":{{Json.Text(prompt.Model)}},
        "content":[{{content}}],"stop_reason":{{reason}},"stop_sequence":null{{usage}}}
        """);

    private IEnumerable<string> Blocks() => answer.Calls.Count == 0
        ? [$"{{\"type\":\"text\",\"text\":{Json.Text(string.Concat(answer.Pieces))}}}"]
        : answer.Calls.Select(static call => Call(call, call.Arguments));

    private string Usage(int output)
    {
        var (for5m, for1h) = directives.ZeroUsage ? default : directives.Writes;
        return Json.Fold(
            $$$"""
            {"input_tokens":{{{answer.Usage.Input}}},"cache_creation_input_tokens":{{{for5m + for1h}}},
            "cache_read_input_tokens":{{{answer.Usage.Cached}}},
            "cache_creation":{"ephemeral_5m_input_tokens":{{{for5m}}},"ephemeral_1h_input_tokens":{{{for1h}}}},
            "output_tokens":{{{output}}},"service_tier":"standard"}
            """);
    }

    private static string Call(ToolCall call, string input) => Json.Fold(
        $$"""
        {"type":"tool_use","id":"toolu_simulated{{call.Place:d15}}","name":{{Json.Text(call.Name)}},"input":{{input}}}
        """);
}

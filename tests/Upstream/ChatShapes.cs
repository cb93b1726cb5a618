namespace SupplyApi.Upstream;

/// <summary>The JSON of one completion and of its chunks, in OpenAI's order of fields.</summary>
internal sealed class ChatShapes(string id, long created, string model, Directives directives)
{
    private const string Fingerprint = "fp_44709d6fcb";

    internal bool IncludesUsage { get; init; }

    internal bool IsObfuscated { get; init; }

    internal string Completion(Answer answer)
    {
        var usage = directives.NoUsage ? "" : $""" "usage":{answer.Usage.ToJson()}, """.Trim();
        var text = answer.Calls.Count > 0 ? "null" : Json.Text(string.Concat(answer.Pieces));
        var calls = answer.Calls.Count > 0
            ? $""","tool_calls":[{string.Join(',', answer.Calls.Select(call => call.ToJson()))}]"""
            : "";
        return Json.Fold(
            $$$"""
            {"id":"{{{id}}}","object":"chat.completion","created":{{{created}}},"model":{{{Json.Text(model)}}},
            "choices":[{"index":0,
            "message":{"role":"assistant","content":{{{text}}}{{{calls}}},"refusal":null,"annotations":[]},
            "logprobs":null,"finish_reason":"{{{answer.FinishReason}}}"}],
            {{{usage}}}"service_tier":"default","system_fingerprint":"{{{Fingerprint}}}"}
            """);
    }

    internal string Opening(Answer answer, Usage sofar)
    {
        var speech = answer.Calls.Count > 0
            ? $$""" "content":null,"tool_calls":[{{Head(answer.Calls[0])}}] """.Trim()
            : """ "content":"" """.Trim();
        return Chunk($$"""{"role":"assistant",{{speech}},"refusal":null}""", sofar);
    }

    internal string Content(string piece, Usage sofar) => Chunk($$"""{"content":{{Json.Text(piece)}}}""", sofar);

    internal string CallHead(ToolCall call, Usage sofar) => Chunk($$"""{"tool_calls":[{{Head(call)}}]}""", sofar);

    internal string CallPiece(ToolCall call, string piece, Usage sofar) => Chunk(
        $$$"""{"tool_calls":[{"index":{{{call.Place}}},"function":{"arguments":{{{Json.Text(piece)}}}}}]}""", sofar);

    internal string Finish(Answer answer) => Chunk("{}", answer.Usage, $"\"{answer.FinishReason}\"");

    internal string UsageOnly(Answer answer) => Frame("", $""","usage":{answer.Usage.ToJson()}""");

    private string Chunk(string delta, Usage sofar, string finish = "null")
    {
        var usage = directives switch
        {
            { NoUsage: true } => "",
            { Cumulative: true } => $""","usage":{sofar.ToJson()}""",
            _ when IncludesUsage => ""","usage":null""",
            _ => ""
        };
        return Frame($$"""{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{finish}}}""", usage);
    }

    // The padding hides the length of a piece from whoever watches the line; the provider adds it unless told not to.
    private string Frame(string choices, string usage)
    {
        var padding = IsObfuscated ? ""","obfuscation":"qT4rX0aB2" """.TrimEnd() : "";
        return Json.Fold(
            $$"""
            {"id":"{{id}}","object":"chat.completion.chunk","created":{{created}},"model":{{Json.Text(model)}},
            "service_tier":"default","system_fingerprint":"{{Fingerprint}}","choices":[{{choices}}]{{usage}}{{padding}}}
            """);
    }

    private static string Head(ToolCall call) => Json.Fold(
        $$$"""
        {"index":{{{call.Place}}},"id":"{{{call.Id}}}","type":"function",
        "function":{"name":{{{Json.Text(call.Name)}}},"arguments":""}}
        """);
}

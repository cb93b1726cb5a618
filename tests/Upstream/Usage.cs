namespace SupplyApi.Upstream;

/// <summary>Token counts as OpenAI nests them: cached is part of input, reasoning is part of output.</summary>
internal sealed record Usage(int Input, int Output, int Cached = 0, int Reasoning = 0)
{
    internal Usage After(int part, int whole) => this with
    {
        Output = (int)((long)Output * part / whole),
        Reasoning = (int)((long)Reasoning * part / whole)
    };

    internal string ToJson() => Json.Fold(
        $$$"""
        {"prompt_tokens":{{{Input}}},"completion_tokens":{{{Output}}},"total_tokens":{{{Input + Output}}},
        "prompt_tokens_details":{"cached_tokens":{{{Cached}}},"audio_tokens":0},
        "completion_tokens_details":{"reasoning_tokens":{{{Reasoning}}},"audio_tokens":0,
        "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}
        """);
}

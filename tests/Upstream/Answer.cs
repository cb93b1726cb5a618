using System.Globalization;
using System.Text;

namespace SupplyApi.Upstream;

/// <summary>What the model says, in the pieces a stream brings; the same request gives the same answer.</summary>
internal sealed record Answer(
    IReadOnlyList<string> Pieces, IReadOnlyList<ToolCall> Calls, string FinishReason, Usage Usage)
{
    private const int EchoPieceMax = 40;

    // Two, three and four bytes to a character, so that a cut can fall inside each kind.
    private static readonly string[] Words =
    [
        "Hello", "!", " 你好", "，", "世界", " 🌍", "…",
        " This", " is", " a", " simulated", " answer", ".", " Voilà", "."
    ];

    internal static Answer To(
        Prompt prompt, Directives directives, ReadOnlyMemory<byte> body, HttpRequest http)
    {
        var wanted = Math.Max(directives.ToolCalls, prompt.MustCallTool ? 1 : 0);
        var tools = prompt.Tools;
        var calls = wanted == 0 || tools.Count == 0
            ? []
            : Enumerable.Range(0, wanted).Select(place => ToolCall.Of(tools[place % tools.Count], place)).ToList();

        var pieces = calls.Count > 0 ? [] : Speak(directives, body, http);
        var finish = calls.Count > 0 ? "tool_calls" : "stop";
        if (prompt.TokensMax is { } limit && limit < pieces.Count)
        {
            pieces = pieces.Take(limit).ToList();
            finish = "length";
        }
        var spoken = pieces.Count + calls.Sum(call => call.Pieces.Count + 1);
        var usage = directives.Usage ?? new Usage(prompt.Tokens, spoken);
        return new Answer(pieces, calls, finish, directives.ZeroUsage ? new Usage(0, 0) : usage);
    }

    private static IReadOnlyList<string> Speak(Directives directives, ReadOnlyMemory<byte> body, HttpRequest http)
    {
        if (directives.Echo) return Slice(Encoding.UTF8.GetString(body.Span));
        if (directives.Headers)
            return Slice(string.Join(", ", http.Headers.Keys.Select(name => name.ToLowerInvariant()).Order()));
        if (directives.Chunks is not { } count) return Words;
        return [.. Enumerable.Range(0, count).Select(place => Words[place % Words.Length])];
    }

    // Text elements stay whole: a provider never sends half an emoji as a piece.
    internal static IReadOnlyList<string> Slice(string text)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var at = 0; at < text.Length; at += StringInfo.GetNextTextElementLength(text, at))
        {
            if (at - start < EchoPieceMax) continue;
            pieces.Add(text[start..at]);
            start = at;
        }
        pieces.Add(text[start..]);
        return pieces;
    }
}

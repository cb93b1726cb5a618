using System.Text;
using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>What a request asks of the model, whatever the protocol; the answer depends on nothing else.</summary>
/// <param name="Text">The user's last words, with the directives in them.</param>
internal sealed record Prompt(string Model, bool IsStream, string Text, int Tokens)
{
    internal int? TokensMax { get; init; }

    /// <summary>Functions on offer.</summary>
    internal IReadOnlyList<Function> Tools { get; init; } = [];

    internal bool MustCallTool { get; init; }

    /// <summary>How many texts are asked about at once.</summary>
    internal int Inputs { get; init; } = 1;

    /// <summary>A token is four bytes of text: nobody's tokenizer, but the same at every run.</summary>
    internal static int Count(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;
}

/// <summary>A function that the model may call, and the schema of its arguments.</summary>
internal sealed record Function(string Name, JsonElement? Schema);

/// <summary>A JSON object that may lack anything.</summary>
internal static class Reading
{
    internal static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    internal static JsonElement? Find(this JsonElement? element, string name) => element?.Find(name);

    internal static IReadOnlyList<JsonElement> List(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    internal static string? Text(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    internal static int? Number(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    internal static bool IsTrue(this JsonElement? element) => element is { ValueKind: JsonValueKind.True };

    /// <summary>A text, or the texts of a list of parts.</summary>
    internal static string TextOrParts(this JsonElement? content) =>
        content.Text() ?? string.Concat(content.List().Select(static part => part.Find("text").Text()));
}

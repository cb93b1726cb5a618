using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>A call to one of the caller's functions, its arguments made up from the function's own schema.</summary>
internal sealed record ToolCall(int Place, string Id, string Name, string Arguments)
{
    private const int PieceLength = 6;

    internal IReadOnlyList<string> Pieces =>
        [.. Arguments.Chunk(PieceLength).Select(letters => new string(letters))];

    internal static ToolCall Of(Function function, int place) => new(
        place,
        $"call_simulated{place:d15}",
        function.Name,
        function.Schema is { } schema ? Invent(schema) : "{}");

    internal string ToJson() => Json.Fold(
        $$$"""
        {"id":"{{{Id}}}","type":"function",
        "function":{"name":{{{Json.Text(Name)}}},"arguments":{{{Json.Text(Arguments)}}}}}
        """);

    // No letter outside the BMP here: pieces of fixed length must not cut a pair.
    private static string Invent(JsonElement schema) => TypeOf(schema) switch
    {
        _ when schema.TryGetProperty("enum", out var values) => values[0].GetRawText(),
        "object" when schema.TryGetProperty("properties", out var properties) => Invent(properties.EnumerateObject()),
        "object" => "{}",
        "array" => schema.TryGetProperty("items", out var items) ? $"[{Invent(items)}]" : "[]",
        "number" or "integer" => "7",
        "boolean" => "true",
        _ => "\"上海 Shanghai\""
    };

    private static string Invent(JsonElement.ObjectEnumerator properties)
    {
        var fields = properties.Select(one => $"{Json.Text(one.Name)}:{Invent(one.Value)}");
        return $$"""{{{string.Join(',', fields)}}}""";
    }

    private static string? TypeOf(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!.ToLowerInvariant() // Gemini shouts
            : null;
}

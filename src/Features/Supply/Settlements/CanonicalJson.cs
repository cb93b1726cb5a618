using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// RFC 8785 for what a statement holds (objects, lists, text, whole numbers): one value has one sequence of bytes,
/// the same that JSON.stringify makes of it once its members are sorted.
/// </summary>
internal static class CanonicalJson
{
    internal static byte[] Write(JsonNode node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                text.Append('{');
                foreach (var (name, value) in members.OrderBy(static one => one.Key, StringComparer.Ordinal))
                {
                    if (text[^1] != '{') text.Append(',');
                    Write(text, name);
                    Write(text.Append(':'), value);
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (var item = 0; item < items.Count; item++) Write(item == 0 ? text : text.Append(','), items[item]);
                text.Append(']');
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Write(text, value.GetValue<string>());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                var number = long.Parse(
                    value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            default:
                throw new FormatException("A statement holds objects, lists, text and whole numbers only.");
        }
    }

    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\b' => text.Append(@"\b"),
                '\f' => text.Append(@"\f"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}

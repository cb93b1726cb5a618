using System.Globalization;
using System.Text;

namespace SupplyApi.Upstream;

/// <summary>
/// A JSON string as providers write it: everything beyond ASCII stays UTF-8, which System.Text.Json would escape
/// for emoji, and a reader that must find its way through cut characters would never meet one.
/// </summary>
internal static class Json
{
    internal static string Text(string? value)
    {
        if (value is null) return "null";
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => text.Append(letter)
            };
        }
        return text.Append('"').ToString();
    }

    /// <summary>A shape written over several lines, on one: line ends inside of strings are escaped already.</summary>
    internal static string Fold(string shape) => shape.Replace("\n", "", StringComparison.Ordinal);

    internal static string Bool(bool value) => value ? "true" : "false";
}

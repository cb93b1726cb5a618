using System.Text;
using System.Text.RegularExpressions;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Tests.Properties;

/// <summary>Server-sent events by WHATWG HTML §9.2, for every short text there can be.</summary>
public sealed partial class EventsEndWhereTheStandardSays
{
    private const string Letters = "a\r\n";
    private const int LengthMax = 9;

    [Fact]
    public void An_event_ends_after_its_first_empty_line()
    {
        foreach (var text in Texts())
        {
            var standard = FirstEvent().Match(text).Length;
            // A CR at the very end may be half of a CRLF, so nobody can tell yet.
            var expected = standard == text.Length && text.EndsWith('\r') ? 0 : standard;
            Assert.True(expected == EndOf(text), $"{Regex.Escape(text)}: {EndOf(text)}, not {expected}");
        }
    }

    [Fact]
    public void More_bytes_never_move_an_end()
    {
        foreach (var text in Texts())
        {
            var end = EndOf(text);
            for (var length = 1; length < text.Length; length++)
            {
                var early = EndOf(text[..length]);
                Assert.True(early == 0 || early == end, $"{Regex.Escape(text)}: {early} after {length}, then {end}");
            }
        }
    }

    [Theory]
    [InlineData("data: a\n\n", "a")]
    [InlineData("data:a\r\n\r\n", "a")]
    [InlineData("data:  a \r\r", " a |")]
    [InlineData("data: a\ndata: b\n\n", "a|b")]
    [InlineData("event: message\nid: 7\ndata: a\nretry: 1\n\n", "a")]
    [InlineData("data:\n\n", "")]
    [InlineData(": data: a comment\n\n", null)]
    [InlineData("datum: a\n data: b\nDATA: c\n\n", null)]
    [InlineData("data: cut off", "cut off")]
    public void Values_are_those_of_data_lines(string text, string? values)
    {
        var found = new List<string>();
        foreach (var value in EventStream.ValuesOf(Encoding.UTF8.GetBytes(text)))
            found.Add(Encoding.UTF8.GetString(value));
        Assert.Equal(values?.TrimEnd('|').Split('|') ?? [], found);
    }

    private static int EndOf(string text) => default(EventStream).NextEnd(Encoding.ASCII.GetBytes(text));

    private static IEnumerable<string> Texts()
    {
        var longest = new List<string> { "" };
        for (var length = 1; length <= LengthMax; length++)
        {
            longest = [.. longest.SelectMany(static text => Letters.Select(letter => text + letter))];
            foreach (var text in longest) yield return text;
        }
    }

    [GeneratedRegex(@"^(?:(?>[^\r\n]+)(?>\r\n|\r|\n))*(?>\r\n|\r|\n)")]
    private static partial Regex FirstEvent();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace SupplyApi.Upstream;

/// <summary>
/// Faults and answers that the prompt itself orders, such as <c>!status=429</c>: tests that run side by side cannot
/// disturb each other. Each word is told at its property.
/// </summary>
internal sealed partial class Directives
{
    private readonly Dictionary<string, string> words = [];

    internal static Directives None { get; } = new("");

    internal Directives(string text)
    {
        foreach (Match match in Word().Matches(text))
            words[match.Groups[1].Value] = match.Groups[2].Value;
    }

    /// <summary><c>!times=N</c>: the other words hold for the first N requests with this very text only.</summary>
    internal int? Times => Number("times");

    /// <summary><c>!status=N</c>: refuses with this status and the provider's own error.</summary>
    internal int? Status => Number("status");

    /// <summary><c>!quota</c>: 429, but for money: no waiting helps.</summary>
    internal bool OutOfQuota => words.ContainsKey("quota");

    /// <summary><c>!hang</c>: never answers.</summary>
    internal bool Hang => words.ContainsKey("hang");

    /// <summary><c>!firstbyte=MS</c>: waits before the first byte of the answer.</summary>
    internal int FirstByteMs => Number("firstbyte") ?? 0;

    /// <summary><c>!slow=MS</c>: waits between chunks; between the halves of an answer that is no stream.</summary>
    internal int SlowMs => Number("slow") ?? 0;

    /// <summary><c>!cut=N</c>: resets the connection after N content chunks, or after half of a plain body.</summary>
    internal int? CutAfter => Number("cut");

    /// <summary><c>!stall=N</c>: after N content chunks nothing more comes.</summary>
    internal int? StallAfter => Number("stall");

    /// <summary><c>!chunks=N</c>: so many content deltas.</summary>
    internal int? Chunks => Number("chunks");

    /// <summary><c>!tokens=IN,OUT[,CACHED[,REASONING]]</c>: the usage to report.</summary>
    internal Usage? Usage
    {
        get
        {
            if (!words.TryGetValue("tokens", out var list)) return null;
            var counts = list.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(count => int.Parse(count, CultureInfo.InvariantCulture))
                .ToList();
            return new Usage(
                counts.ElementAtOrDefault(0), counts.ElementAtOrDefault(1),
                counts.ElementAtOrDefault(2), counts.ElementAtOrDefault(3));
        }
    }

    /// <summary><c>!writes=FOR5M[,FOR1H]</c>: input that was written to the cache.</summary>
    internal (int For5m, int For1h) Writes =>
        words.TryGetValue("writes", out var list) && list.Split(',') is var counts
            ? (Parse(counts[0]), counts.Length > 1 ? Parse(counts[1]) : 0)
            : default;

    /// <summary><c>!nousage</c>: reports none, whatever was asked.</summary>
    internal bool NoUsage => words.ContainsKey("nousage");

    /// <summary><c>!zerousage</c>: reports zeros.</summary>
    internal bool ZeroUsage => words.ContainsKey("zerousage");

    /// <summary><c>!cumulative</c>: every chunk reports the usage so far, asked or not.</summary>
    internal bool Cumulative => words.ContainsKey("cumulative");

    /// <summary><c>!split</c>: writes in pieces that end inside lines and inside characters.</summary>
    internal bool Split => words.ContainsKey("split");

    /// <summary><c>!nodone</c>: leaves out the closing [DONE].</summary>
    internal bool NoDone => words.ContainsKey("nodone");

    /// <summary><c>!garbage</c>: 200 and the right content type, but bytes that are neither events nor JSON.</summary>
    internal bool Garbage => words.ContainsKey("garbage");

    /// <summary><c>!error</c>: an error event in the middle of the stream; a plain answer is a 500.</summary>
    internal bool ErrorInMidStream => words.ContainsKey("error");

    /// <summary><c>!echo</c>: the text is the request's body as it arrived.</summary>
    internal bool Echo => words.ContainsKey("echo");

    /// <summary><c>!leak</c>: a 400 whose words quote the credential.</summary>
    internal bool Leak => words.ContainsKey("leak");

    /// <summary><c>!quote</c>: the error in the middle of the stream quotes the credential, starred.</summary>
    internal bool Quote => words.ContainsKey("quote");

    /// <summary><c>!redirect</c>: 307 to another path of this very server.</summary>
    internal bool Redirect => words.ContainsKey("redirect");

    /// <summary><c>!whole</c>: no stream, whatever was asked.</summary>
    internal bool Whole => words.ContainsKey("whole");

    /// <summary><c>!headers</c>: the text is the list of header names that arrived.</summary>
    internal bool Headers => words.ContainsKey("headers");

    /// <summary><c>!tool[=N]</c>: calls N of the tools on offer, one when no number is given.</summary>
    internal int ToolCalls => words.ContainsKey("tool") ? Number("tool") ?? 1 : 0;

    private static int Parse(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private int? Number(string word) =>
        words.TryGetValue(word, out var value)
        && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    [GeneratedRegex("!([a-z]+)(?:=([0-9,]+))?", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}

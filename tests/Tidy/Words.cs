using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Tidy;

/// <summary>Words that say nothing, calls that have a better one, and what has no place in the repository.</summary>
internal static partial class Words
{
    private static readonly string[] Empty =
        ["Helper", "Util", "Utility", "Manager", "Service", "Base", "Common", "Dto", "Impl", "Data", "Info"];

    private static readonly (Regex Call, string Instead)[] Calls =
    [
        (ClockCall(), "take a TimeProvider"),
        (HttpCall(), "take UpstreamConnections or Webhook"),
        (SqlCall(), "SQL is a constant with $1"),
    ];

    // Put together here, so that this file does not find itself.
    private static readonly string[] Leftovers = ["TO" + "DO", "FIX" + "ME"];

    private static readonly string[] Elsewhere =
    [
        "nuget" + ".org", "npmjs" + ".org", "npmjs" + ".com", "mcr." + "microsoft.com", "docker" + ".io",
        "registry" + ".npm", "deb." + "debian.org",
    ];

    internal static IEnumerable<string> Names(SourceFile file)
    {
        if (!file.IsCSharp) return [];
        return TypeName().Matches(file.Text).Select(static match => match.Groups["name"].Value).Append(file.Name)
            .Distinct()
            .SelectMany(static name => Word().Matches(name).Select(word => (name, word: Singular(word.Value))))
            .Where(static one => Empty.Contains(one.word))
            .Select(one => $"{file.Path}: {one.name}: '{one.word}' says nothing; name the thing of the domain");
    }

    internal static IEnumerable<string> ForbiddenCalls(SourceFile file) => file.IsOurs
        ? Calls.SelectMany(one => one.Call.Matches(file.Text)
            .Select(found => $"{file.Path}:{LineOf(file, found.Index)}: {found.Value.Trim()} -> {one.Instead}"))
        : [];

    internal static IEnumerable<string> Left(SourceFile file) => Found(file, Leftovers, "do it, or leave it unsaid");

    internal static IEnumerable<string> FromElsewhere(SourceFile file) =>
        Found(file, Elsewhere, "the repository speaks of the project alone");

    private static IEnumerable<string> Found(SourceFile file, string[] words, string advice) => file.Lines
        .SelectMany((line, at) => words
            .Where(word => line.Contains(word, StringComparison.Ordinal))
            .Select(word => $"{file.Path}:{at + 1}: '{word}': {advice}"));

    private static int LineOf(SourceFile file, int index) => file.Text.AsSpan(0, index).Count('\n') + 1;

    private static string Singular(string word) => word.EndsWith('s') && Empty.Contains(word[..^1]) ? word[..^1] : word;

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) (struct |class )?(?<name>[A-Z]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b")]
    private static partial Regex ClockCall();

    [GeneratedRegex(@"\bnew HttpClient\(")]
    private static partial Regex HttpCall();

    // An interpolated constant is put together by the compiler, so only values could be dangerous.
    [GeneratedRegex(
        """^(?!.*\bconst\b).*\$+"+\s*(select|insert|update|delete|create|alter|drop|with) """,
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex SqlCall();
}

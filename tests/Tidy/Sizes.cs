using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Tidy;

/// <summary>How long things may be.</summary>
internal static partial class Sizes
{
    private const int LineMax = 120;
    private const int SliceMax = 150;
    private const int FileMax = 400;
    private const int MethodMax = 60;
    private const int SharedMax = 16;

    internal static IEnumerable<string> Lines(SourceFile file) => file.Lines
        .Select((line, at) => (line, at))
        .Where(one => file.IsCode && one.line.Length > LineMax)
        .Select(one => $"{file.Path}:{one.at + 1}: {one.line.Length} characters, at most {LineMax}");

    internal static IEnumerable<string> Slices(SourceFile file) => file.IsSlice && file.Lines.Length > SliceMax
        ? [$"{file.Path}: a slice has at most {SliceMax} lines; name the concept it misses, give it a file beside it"]
        : [];

    internal static IEnumerable<string> Files(SourceFile file) => file.IsCode && file.Lines.Length > FileMax
        ? [$"{file.Path}: {file.Lines.Length} lines, at most {FileMax}"]
        : [];

    internal static IEnumerable<string> Shared(IReadOnlyList<SourceFile> files) =>
        files.Count(static file => file.IsShared) is > SharedMax and var count
            ? [$"src/Features/Shared holds {count} files, at most {SharedMax}: give some to the areas they are of"]
            : [];

    // The formatter sets the indentation, so a method ends at the first brace that stands where it began.
    internal static IEnumerable<string> Methods(SourceFile file)
    {
        if (!file.IsCSharp) yield break;
        for (var start = 0; start < file.Lines.Length; start++)
        {
            var method = Method().Match(file.Lines[start]);
            if (!method.Success) continue;
            var length = Length(file.Lines, start, method.Groups["indent"].Value);
            if (length > MethodMax)
                yield return $"{file.Path}:{start + 1}: {length} lines, a method has at most {MethodMax}";
        }
    }

    private static int Length(string[] lines, int start, string indent)
    {
        var hasBody = false;
        for (var at = start; at < lines.Length; at++)
        {
            hasBody |= lines[at] == indent + "{";
            if (hasBody ? lines[at] == indent + "}" : lines[at].EndsWith(';')) return at - start + 1;
        }

        return lines.Length - start;
    }

    [GeneratedRegex(
        @"^(?<indent> +)((public|private|protected|internal|static|async|override|virtual|sealed|partial|unsafe) )+"
        + @"(?!.*\b(class|record|struct|interface|enum|const|delegate)\b)[^=]*\(")]
    private static partial Regex Method();
}

using System.Diagnostics;

namespace SupplyApi.Tests.Tidy;

/// <summary>A file of the repository, by its path from the root.</summary>
internal sealed record SourceFile(string Path, string[] Lines)
{
    internal string Name => System.IO.Path.GetFileNameWithoutExtension(Path);
    internal string Text => string.Join('\n', Lines);
    internal bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);
    internal bool IsCode => IsCSharp || Path.EndsWith(".mjs", StringComparison.Ordinal);
    internal bool IsOurs => IsCSharp && IsUnder("src/");
    internal bool IsShared => IsUnder("src/Features/Shared/");
    internal bool IsRoutes => IsOurs && Name.EndsWith("Routes", StringComparison.Ordinal);

    /// <summary>One endpoint: a file of Features that maps itself.</summary>
    internal bool IsSlice => IsUnder("src/Features/") && !IsRoutes && !IsShared
        && Text.Contains("void Map(IEndpointRouteBuilder ", StringComparison.Ordinal);

    internal bool IsUnder(string directory) => Path.StartsWith(directory, StringComparison.Ordinal);

    internal static SourceFile Of(string path, string text) =>
        new(path, (text.EndsWith('\n') ? text[..^1] : text).Split('\n'));
}

/// <summary>Everything that git tracks, or would track at the next commit.</summary>
internal static class SourceTree
{
    private static readonly string[] Texts =
    [
        ".cs", ".csproj", ".props", ".targets", ".mjs", ".js", ".json", ".yaml", ".yml", ".md", ".sql", ".sh", ".http",
        ".txt", "",
    ];

    private static readonly Lazy<IReadOnlyList<SourceFile>> All = new(Read);

    internal static IReadOnlyList<SourceFile> Files => All.Value;

    private static IReadOnlyList<SourceFile> Read()
    {
        string[] arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
        using var git = Process.Start(new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        var paths = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. paths
            .Where(static path => Texts.Contains(Path.GetExtension(path)))
            .Where(static path => File.Exists(Path.Combine(Repository.Root, path)))
            .Select(static path => SourceFile.Of(path, File.ReadAllText(Path.Combine(Repository.Root, path))))];
    }
}

using System.Runtime.CompilerServices;

namespace SupplyApi.Tests.Harness;

/// <summary>Where things stand: the sources by this file's own path, the built things by the test assembly's.</summary>
public static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static string Tests { get; } = Path.Combine(Root, "tests");

    // artifacts/bin/Tests/debug: a build with another output folder finds its own neighbours.
    private static string Built { get; } = AppContext.BaseDirectory.TrimEnd('/');

    public static string Artifacts { get; } = Path.GetFullPath(Path.Combine(Built, "..", "..", ".."));

    public static string Logs { get; } = Directory.CreateDirectory(Path.Combine(Artifacts, "test-logs")).FullName;

    /// <summary>The output of a project that was built together with the tests, in the same configuration.</summary>
    public static string OutputOf(string project, string file) =>
        Path.Combine(Artifacts, "bin", project, Path.GetFileName(Built), file);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

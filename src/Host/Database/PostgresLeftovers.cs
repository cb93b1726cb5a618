using System.Diagnostics;
using System.Globalization;

namespace SupplyApi.Host.Database;

/// <summary>
/// Server processes of an earlier run that was killed. They are found by the folder they work in, because a process
/// number in a file may by now belong to somebody else.
/// </summary>
internal static class PostgresLeftovers
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(30);

    /// <summary>Ends an old server cleanly and waits until nothing of it works in the folder.</summary>
    public static async Task EndAsync(PostgresCluster cluster, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var half = WorkingIn(cluster.UnfinishedFolder);
            var old = WorkingIn(cluster.Folder);
            if (half.Count + old.Count == 0) break;
            if (waited.Elapsed > GoneWithin) throw Complain(cluster, half.Concat(old).First());

            foreach (var process in half)
                _ = Libc.Signal(process, Libc.SignalKill);
            // Its supervisor has told it to end; this is for the case that the supervisor was killed as well.
            if (ReadPostmaster(cluster) is { } postmaster && old.Contains(postmaster))
                _ = Libc.Signal(postmaster, Libc.SignalInterrupt);
            await Task.Delay(50, ct);
        }
    }

    private static SettingsException Complain(PostgresCluster cluster, int process) => new(
        "Supply__DataDirectory", $"PostgreSQL of an earlier run still works in {cluster.Folder} (process {process})");

    private static int? ReadPostmaster(PostgresCluster cluster)
    {
        try
        {
            var line = File.ReadLines(cluster.PostmasterFile).FirstOrDefault();
            return int.TryParse(line, CultureInfo.InvariantCulture, out var process) ? process : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static List<int> WorkingIn(string folder)
    {
        var working = new List<int>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var id) && IsServer(id, folder))
                working.Add(id);
        }

        return working;
    }

    // A process may end while we look at it, and those of other users are closed to us: neither is ours.
    private static bool IsServer(int process, string folder)
    {
        try
        {
            if (File.ReadAllText($"/proc/{process}/comm").TrimEnd() is not ("postgres" or "initdb")) return false;
            var works = new DirectoryInfo($"/proc/{process}/cwd").LinkTarget;
            return works == folder || works?.StartsWith(folder + "/", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

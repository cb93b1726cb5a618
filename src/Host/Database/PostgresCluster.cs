using System.Globalization;
using System.Text;

namespace SupplyApi.Host.Database;

/// <summary>What the embedded PostgreSQL has on disk: programs, cluster, socket folder, log.</summary>
internal sealed class PostgresCluster(string root)
{
    private const string Installed = "/usr/lib/postgresql";
    private const string SocketName = ".s.PGSQL.5432";
    private const int SocketBytesMax = 107;
    private const long LogBytesMax = 10 * 1024 * 1024;

    private string programs = "";
    private PostgresAccount? account;
    private long logStart;

    public string Folder { get; } = Path.Combine(root, "postgres");

    public string UnfinishedFolder { get; } = Path.Combine(root, "postgres.new");

    public string SocketFolder { get; private set; } = Path.Combine(root, "postgres", "socket");

    public string PostmasterFile => Path.Combine(ClusterFolder, "postmaster.pid");

    private string ClusterFolder => Path.Combine(Folder, "cluster");

    private string LogFile => Path.Combine(Folder, "server.log");

    /// <summary>After this a server can be launched: programs found, nothing old running, cluster made.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        account = await PostgresAccount.FindAsync(ClusterFolder, ct);
        if (account is not null) await account.CheckReachesAsync(root, ct);
        programs = FindPrograms(ReadVersion());
        await PostgresLeftovers.EndAsync(this, ct);
        if (!Directory.Exists(Folder)) await CreateAsync(ct);
        await PrepareSocketFolderAsync(ct);
        if (File.Exists(LogFile) && new FileInfo(LogFile).Length > LogBytesMax)
            File.Move(LogFile, LogFile + ".1", overwrite: true);
    }

    public SupervisedProcess Launch()
    {
        // No server is left, so these are stale; a process number in them that is in use again would stop PostgreSQL.
        File.Delete(PostmasterFile);
        File.Delete(Path.Combine(SocketFolder, SocketName));
        File.Delete(Path.Combine(SocketFolder, SocketName + ".lock"));
        logStart = File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;
        return SupervisedProcess.Start(Folder, LogFile, account,
        [
            Path.Combine(programs, "postgres"), "-D", ClusterFolder,
            "-c", "listen_addresses=", "-c", "port=5432",
            "-c", $"unix_socket_directories={SocketFolder}", "-c", "unix_socket_permissions=0700",
            "-c", "max_connections=100", "-c", "shared_buffers=128MB", "-c", "fsync=on", "-c", "logging_collector=off"
        ]);
    }

    /// <summary>The line that says why the launched server ended: the last severe one, else the last.</summary>
    public string ReadLastLogLine() => ReadLastLine(LogFile, logStart);

    /// <summary>Leaves nothing in /tmp behind; the folder is empty when the server ended cleanly.</summary>
    public void RemoveForeignSocketFolder()
    {
        if (Path.GetDirectoryName(SocketFolder) == Folder || !Directory.Exists(SocketFolder)) return;
        if (!Directory.EnumerateFileSystemEntries(SocketFolder).Any()) Directory.Delete(SocketFolder);
    }

    // Two steps, so that a death in the middle leaves nothing that looks like a cluster.
    private async Task CreateAsync(CancellationToken ct)
    {
        if (Directory.Exists(UnfinishedFolder)) Directory.Delete(UnfinishedFolder, recursive: true);
        PostgresAccount.TryMakeFolder(UnfinishedFolder, account);
        PostgresAccount.TryMakeFolder(Path.Combine(UnfinishedFolder, "socket"), account);

        var log = Path.Combine(UnfinishedFolder, "server.log");
        await using var initdb = SupervisedProcess.Start(UnfinishedFolder, log, account,
        [
            Path.Combine(programs, "initdb"), "-D", Path.Combine(UnfinishedFolder, "cluster"), "--username=supply",
            "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject"
        ]);
        await initdb.WaitForEndAsync(ct);
        if (initdb.ExitCode != 0)
        {
            var complaint = (await initdb.ReadComplaintAsync(ct)).Trim().ReplaceLineEndings(" ");
            throw new SettingsException("Supply__DataDirectory",
                "initdb failed: " + (complaint.Length > 0 ? complaint : ReadLastLine(log, start: 0)));
        }
        Directory.Move(UnfinishedFolder, Folder);
    }

    // Newer programs cannot read an older cluster, so one that is there decides.
    private static string FindPrograms(int? version)
    {
        var installed = Directory.Exists(Installed) ? Directory.GetDirectories(Installed) : [];
        var found = installed
            .Where(folder => VersionOf(folder) is { } its && (version is null || its == version))
            .OrderByDescending(VersionOf)
            .Select(static folder => Path.Combine(folder, "bin"))
            .Concat(Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [])
            .FirstOrDefault(HasPrograms);
        return found ?? throw new SettingsException("ConnectionStrings__Supply",
            $"is empty and PostgreSQL is not installed; install postgresql-{version ?? 15} or set it");
    }

    private static bool HasPrograms(string folder) =>
        File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));

    private int? ReadVersion()
    {
        var file = Path.Combine(ClusterFolder, "PG_VERSION");
        return File.Exists(file) ? ParseVersion(File.ReadAllText(file).Trim()) : null;
    }

    private static int? VersionOf(string folder) => ParseVersion(Path.GetFileName(folder));

    private static int? ParseVersion(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    // The kernel bounds a socket's name, and a comma in it would read as two hosts. Anybody may write to /tmp, so a
    // folder found there is believed only when it is closed and belongs to the server's account.
    private async Task PrepareSocketFolderAsync(CancellationToken ct)
    {
        PostgresAccount.TryMakeFolder(SocketFolder, account);
        if (FitsSocket(SocketFolder)) return;

        SocketFolder = $"/tmp/supply-{Digest(Folder):x16}";
        if (PostgresAccount.TryMakeFolder(SocketFolder, account)) return;
        var (_, ours) = await SupervisedProcess.AskAsync(["stat", "-c", "%u directory 700", ClusterFolder], ct);
        var (_, theirs) = await SupervisedProcess.AskAsync(["stat", "-c", "%u %F %a", SocketFolder], ct);
        if (ours == theirs) return;
        throw new SettingsException("Supply__DataDirectory",
            $"the socket folder {SocketFolder} belongs to somebody else; remove it or choose a shorter data directory");
    }

    private static bool FitsSocket(string folder) =>
        folder.Length + "/.lock".Length + SocketName.Length <= SocketBytesMax
        && folder.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+@".Contains(letter));

    // FNV-1a: the name must only be the same at every start.
    private static ulong Digest(string text)
    {
        var digest = 14695981039346656037;
        foreach (var part in Encoding.UTF8.GetBytes(text))
            digest = unchecked((digest ^ part) * 1099511628211);
        return digest;
    }

    private static string ReadLastLine(string file, long start)
    {
        if (!File.Exists(file)) return "no log was written";
        using var log = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = start;
        using var reader = new StreamReader(log);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        return lines.FindLast(line => line.Contains("FATAL:") || line.Contains("PANIC:") || line.Contains("error:"))
            ?? lines.LastOrDefault() ?? "the log is empty";
    }
}

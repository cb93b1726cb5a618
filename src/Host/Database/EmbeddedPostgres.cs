using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace SupplyApi.Host.Database;

/// <summary>
/// PostgreSQL without an installation step: a private cluster in the data directory that lives and dies with this
/// process. It listens on a Unix socket only, in a folder that no other user may enter.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Name = "supply";
    private const string CreateDatabase = $"create database {Name}";
    private const int WouldBlock = 11;

    private static readonly TimeSpan HoldWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RecoverWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(200);

    private readonly FileStream hold;
    private readonly PostgresCluster cluster;
    private readonly CancellationTokenSource stopping = new();
    private SupervisedProcess server;
    private Task watching = Task.CompletedTask;

    private EmbeddedPostgres(FileStream hold, PostgresCluster cluster)
    {
        this.hold = hold;
        this.cluster = cluster;
        server = cluster.Launch();
    }

    public string ConnectionString => Describe(cluster.SocketFolder, Name).ConnectionString;

    public static async Task<EmbeddedPostgres> StartAsync(string dataDirectory, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            throw new SettingsException("ConnectionStrings__Supply", "is empty; PostgreSQL is embedded on Linux only");
        try
        {
            return await StartUnguardedAsync(dataDirectory, ct);
        }
        catch (Exception e) when (IsOfTheSystem(e))
        {
            throw new SettingsException("Supply__DataDirectory", e.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>
    /// How to reach the server that another process of ours runs on this directory; null when none answers.
    /// </summary>
    public static async Task<string?> FindRunningAsync(string dataDirectory, CancellationToken ct)
    {
        // The fifth line of PostgreSQL's own pid file names its socket folder.
        var pidFile = Path.Combine(dataDirectory, "postgres", "cluster", "postmaster.pid");
        if (!File.Exists(pidFile)) return null;
        var lines = await File.ReadAllLinesAsync(pidFile, ct);
        if (lines.Length < 5) return null;

        var settings = Describe(lines[4].Trim(), Name);
        try
        {
            await using var source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).Build();
            await using var connection = await source.OpenConnectionAsync(ct);
            return settings.ConnectionString;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static bool IsOfTheSystem(Exception e) =>
        e is IOException or UnauthorizedAccessException or Win32Exception;

    private static async Task<EmbeddedPostgres> StartUnguardedAsync(string dataDirectory, CancellationToken ct)
    {
        Directory.CreateDirectory(dataDirectory);
        var hold = await HoldAsync(Path.Combine(dataDirectory, "lock"), ct);
        try
        {
            var cluster = new PostgresCluster(FindRealFolder(hold));
            await cluster.PrepareAsync(ct);
            var postgres = new EmbeddedPostgres(hold, cluster);
            try
            {
                await postgres.WaitUntilReadyAsync(ct);
            }
            catch
            {
                await postgres.DisposeAsync();
                throw;
            }
            postgres.watching = postgres.WatchAsync();
            return postgres;
        }
        catch
        {
            await hold.DisposeAsync();
            throw;
        }
    }

    // A process that was just killed lets go of its lock a moment after the signal.
    private static async Task<FileStream> HoldAsync(string file, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                if (waited.Elapsed > HoldWithin)
                    throw new SettingsException("Supply__DataDirectory", $"in use: another process holds {file}");
            }
            await Task.Delay(Pause, ct);
        }
    }

    // Without symbolic links on the way, as the kernel names the working folder of a process.
    private static string FindRealFolder(FileStream hold)
    {
        var handle = hold.SafeFileHandle.DangerousGetHandle().ToString(CultureInfo.InvariantCulture);
        return Path.GetDirectoryName(new FileInfo($"/proc/self/fd/{handle}").LinkTarget)!;
    }

    // A server that replays its log after a crash says so and is given time: ending it would only make it begin again.
    private async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var limit = AnswerWithin;
            try
            {
                await ExecuteAsync(Name, "select 1", ct);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                await ExecuteAsync("postgres", CreateDatabase, ct);
                continue;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                limit = RecoverWithin;
            }
            catch (NpgsqlException e) when (e is not PostgresException)
            {
                // No socket yet.
            }
            if (server.HasEnded || waited.Elapsed > limit) throw await ExplainAsync(ct);
            await Task.Delay(Pause, ct);
        }
    }

    private async Task<SettingsException> ExplainAsync(CancellationToken ct)
    {
        var complaint = server.HasEnded ? (await server.ReadComplaintAsync(ct)).Trim() : "";
        return new SettingsException("Supply__DataDirectory", "PostgreSQL did not start: "
            + (complaint.Length > 0 ? complaint.ReplaceLineEndings(" ") : cluster.ReadLastLogLine()));
    }

    private async Task ExecuteAsync(string database, string sql, CancellationToken ct)
    {
        var settings = Describe(cluster.SocketFolder, database);
        settings.Pooling = false;
        await using var source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).Build();
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    // Fewer than the server's connections, so that an operator's psql always finds a free one.
    private static NpgsqlConnectionStringBuilder Describe(string socketFolder, string database) => new()
    {
        Host = socketFolder,
        Username = Name,
        Database = database,
        SslMode = SslMode.Disable,
        MaxPoolSize = 80
    };

    // PostgreSQL restarts its own workers; only when its first process dies is it on us.
    private async Task WatchAsync()
    {
        while (true)
        {
            await server.WaitForEndAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) return;
            await Console.Error.WriteLineAsync("supply: the embedded PostgreSQL ended, starting it again");
            try
            {
                await Task.Delay(RestartPause, stopping.Token);
                await PostgresLeftovers.EndAsync(cluster, stopping.Token);
                var ended = server;
                server = cluster.Launch();
                await ended.DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SettingsException || IsOfTheSystem(e))
            {
                await Console.Error.WriteLineAsync($"supply: {e.Message}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        await server.DisposeAsync();
        cluster.RemoveForeignSocketFolder();
        await hold.DisposeAsync();
        stopping.Dispose();
    }
}

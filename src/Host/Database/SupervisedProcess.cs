using System.Diagnostics;

namespace SupplyApi.Host.Database;

/// <summary>
/// A program that cannot outlive this process: a small shell beside it holds the other end of a pipe, and the pipe
/// breaks however we end, kill -9 included.
/// </summary>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);

    // The first interrupt may come before the program listens for it, so it is repeated; twenty seconds later the
    // program is told to drop everything, which costs PostgreSQL a recovery at its next start but no committed row.
    // The shell ignores what a service manager sends to a whole group: only the pipe ends it.
    private const string Script = """
        trap '' HUP INT TERM
        log=$1
        shift
        exec 3<&0 </dev/null >>"$log" 2>&1
        "$@" 3<&- &
        program=$!
        (
            read -r _ <&3
            signal=INT
            turns=0
            while kill -s "$signal" "$program" 2>/dev/null; do
                turns=$((turns + 1))
                [ "$turns" -lt 100 ] || signal=QUIT
                sleep 0.2
            done
        ) &
        watcher=$!
        exec 3<&-
        wait "$program"
        ended=$?
        kill -s KILL "$watcher"
        exit "$ended"
        """;

    private readonly Process shell;

    private SupervisedProcess(Process shell) => this.shell = shell;

    public bool HasEnded => shell.HasExited;

    public int ExitCode => shell.ExitCode;

    /// <summary>Starts the program in a session of its own, so that Ctrl-C in our terminal does not reach it.</summary>
    public static SupervisedProcess Start(
        string folder, string logFile, PostgresAccount? account, IEnumerable<string> command)
    {
        var shell = Process.Start(Describe(
            folder, ["setsid", .. PostgresAccount.Prefix(account), "sh", "-c", Script, "sh", logFile, .. command]))!;
        return new SupervisedProcess(shell);
    }

    /// <summary>What the shell itself had to say, which is nothing once the program runs.</summary>
    public Task<string> ReadComplaintAsync(CancellationToken ct) => shell.StandardError.ReadToEndAsync(ct);

    public Task WaitForEndAsync(CancellationToken ct) => shell.WaitForExitAsync(ct);

    /// <summary>Runs a short command and gives its exit code and all it printed, trimmed.</summary>
    public static async Task<(int ExitCode, string Output)> AskAsync(IEnumerable<string> command, CancellationToken ct)
    {
        using var process = Process.Start(Describe("/", command))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var complaint = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, (await output + await complaint).Trim());
    }

    // Nothing of our environment is handed on: it holds the master key.
    private static ProcessStartInfo Describe(string folder, IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("/usr/bin/env", command)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        return start;
    }

    public async ValueTask DisposeAsync()
    {
        shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopWithin);
        await shell.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        shell.Dispose();
    }
}

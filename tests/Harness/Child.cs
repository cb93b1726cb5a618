using System.Collections.Concurrent;
using System.Diagnostics;

namespace SupplyApi.Tests.Harness;

/// <summary>A process the suite started. Every line it prints is logged and searched for canaries.</summary>
public sealed class Child : IAsyncDisposable
{
    private readonly string name;
    private readonly Process process;
    private readonly StreamWriter log;
    private readonly Task[] readers;
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentQueue<string> output = new();
    private readonly TaskCompletionSource<string> announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? announcement;

    private Child(string name, Process process, string? announcement)
    {
        (this.name, this.process, this.announcement) = (name, process, announcement);
        log = new StreamWriter(Path.Combine(Repository.Logs, name + ".log"), append: true) { AutoFlush = true };
        readers = [ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, errors)];
    }

    public int Id => process.Id;
    public bool HasExited => process.HasExited;
    public IEnumerable<string> Output => output;
    public IEnumerable<string> Errors => errors;

    /// <summary>What the kernel says that it holds open (proc_pid_fd(5)).</summary>
    public IEnumerable<string> OpenFiles =>
        Directory.EnumerateFiles($"/proc/{process.Id}/fd").Select(static one => new FileInfo(one).LinkTarget ?? "");

    /// <param name="announcement">How the line begins by which the process says that it is ready.</param>
    public static Child Start(string name, ProcessStartInfo start, string? announcement = null)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        var process = Process.Start(start)!;
        Reaper.Adopt(process);
        return new Child(name, process, announcement);
    }

    /// <summary>The rest of the announcing line; throws with the process's last words when it never comes.</summary>
    public async Task<string> AnnouncedAsync(TimeSpan patience)
    {
        try
        {
            return await announced.Task.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"{name} does not say '{announcement}'.\n{LastWords()}");
        }
    }

    public async Task<int> ExitedAsync(TimeSpan patience)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(patience);
            await Task.WhenAll(readers).WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"{name} did not end within {patience}.\n{LastWords()}");
        }

        Reaper.Release(process);
        return process.ExitCode;
    }

    public void Signal(int signal)
    {
        if (!process.HasExited) Signals.Send(process.Id, signal);
    }

    public async ValueTask DisposeAsync()
    {
        Signal(Signals.Kill);
        await ExitedAsync(TimeSpan.FromSeconds(10));
        await log.DisposeAsync();
        process.Dispose();
    }

    private async Task ReadAsync(StreamReader from, ConcurrentQueue<string> to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            to.Enqueue(line);
            lock (log) log.WriteLine(line);
            Canary.Inspect(line, () => $"the log of {name}");
            if (announcement is not null && line.StartsWith(announcement, StringComparison.Ordinal))
                announced.TrySetResult(line[announcement.Length..].Trim());
        }

        announced.TrySetException(new InvalidOperationException($"{name} ended at its start.\n{LastWords()}"));
        _ = announced.Task.Exception; // Nobody may be waiting for the announcement any more.
    }

    private string LastWords() => string.Join('\n', output.TakeLast(5).Concat(errors.TakeLast(20)));
}

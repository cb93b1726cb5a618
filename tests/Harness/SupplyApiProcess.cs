using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// The real service as a process of its own, on a free port, with a database and a data directory of its own.
/// SUPPLY_TARGET=native takes the native binary, else the one built with the tests.
/// </summary>
public sealed class SupplyApiProcess : IAsyncDisposable
{
    // Long, as a suite's many processes begin together on however few cores there are.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] Providers = ["openai", "anthropic", "gemini", "baidu", "xfyun", "tencent"];
    private static readonly ConcurrentBag<string> DirectoriesMade = [];
    private static int count;

    private readonly string name;
    private readonly Dictionary<string, string> settings;
    private readonly Lazy<Task<Actor>> founder;
    private Child? child;

    private SupplyApiProcess(string name, TestDatabase database, Dictionary<string, string> settings)
    {
        (this.name, Database, this.settings) = (name, database, settings);
        founder = new(() => Actors.FoundAsync(this));
    }

    public static bool IsNative { get; } = Environment.GetEnvironmentVariable("SUPPLY_TARGET") == "native";

    /// <summary>Every data directory of the run, searched for canaries at the end.</summary>
    public static IEnumerable<string> DataDirectories => DirectoriesMade;

    public TestDatabase Database { get; }
    public Uri Address { get; private set; } = new("http://127.0.0.1:1");
    public IEnumerable<string> Output => child!.Output;
    public IEnumerable<string> Errors => child!.Errors;
    public IEnumerable<string> OpenFiles => child!.OpenFiles;

    /// <summary>The first admin, made by the first who asks.</summary>
    public Task<Actor> FounderAsync() => founder.Value;

    /// <param name="settings">Environment variables over the suite's own; an empty value takes one away.</param>
    public static async Task<SupplyApiProcess> StartAsync(
        Dictionary<string, string>? settings = null, TestDatabase? database = null)
    {
        database ??= await TestDatabase.MigratedAsync();
        var name = $"supply-{Interlocked.Increment(ref count)}";
        var all = await SettingsAsync(name, database.ConnectionString);
        foreach (var (variable, value) in settings ?? []) all[variable] = value;

        var process = new SupplyApiProcess(name, database, all);
        await process.StartAgainAsync();
        return process;
    }

    /// <summary>After <see cref="KillAsync"/> or <see cref="TerminateAsync"/>, with the same settings.</summary>
    public async Task StartAgainAsync()
    {
        child = Child.Start(name, Command(settings, "serve"), "supply: listening on ");
        Address = new Uri(await child.AnnouncedAsync(Patience));
    }

    /// <summary>Asks for the end and answers with the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        child!.Signal(Signals.Terminate);
        return await child.ExitedAsync(Patience);
    }

    public void Terminate() => child!.Signal(Signals.Terminate);

    public async Task KillAsync()
    {
        child!.Signal(Signals.Kill);
        await child.ExitedAsync(Patience);
    }

    /// <summary>Another subcommand with this process's settings.</summary>
    public Task<Finished> RunAsync(params string[] arguments) => RunAsync(settings, arguments);

    public static async Task<Finished> MigrateAsync(string connectionString) =>
        await RunAsync(await SettingsAsync($"migrate-{Interlocked.Increment(ref count)}", connectionString), "migrate");

    /// <summary>A run with exactly these settings, for what must not even start.</summary>
    public static async Task<Finished> RunAsync(Dictionary<string, string> settings, params string[] arguments)
    {
        var name = $"{arguments.FirstOrDefault() ?? "supply"}-{Interlocked.Increment(ref count)}";
        await using var child = Child.Start(name, Command(settings, arguments));
        return new Finished(await child.ExitedAsync(Patience), [.. child.Output], [.. child.Errors]);
    }

    public static async Task<Dictionary<string, string>> SettingsAsync(string name, string connectionString)
    {
        var directory = Reaper.AdoptDirectory(Directory.CreateTempSubdirectory($"st-{name}-").FullName);
        DirectoriesMade.Add(directory);
        var upstream = await Suite.UpstreamAsync();
        var sms = await Suite.SmsAsync();
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ConnectionStrings__Supply"] = connectionString,
            ["Supply__DataDirectory"] = directory,
            ["Supply__MasterKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Supply__TrustedProxies"] = "127.0.0.1,::1",
            ["Supply__Sms__WebhookUrl"] = sms.Url,
            ["Supply__Sms__WebhookSecret"] = sms.Secret,
        };
        foreach (var provider in Providers)
            settings[$"Supply__Providers__{provider}__BaseUrl"] = upstream.Address.GetLeftPart(UriPartial.Authority);
        return settings;
    }

    public async ValueTask DisposeAsync() => await child!.DisposeAsync();

    private static ProcessStartInfo Command(Dictionary<string, string> settings, params string[] arguments)
    {
        string[] program = IsNative
            ? [Path.Combine(Repository.Artifacts, "supply")]
            : ["dotnet", Repository.OutputOf("Host", "supply.dll")];
        var start = new ProcessStartInfo(program[0], [.. program[1..], .. arguments]);
        foreach (var inherited in start.Environment.Keys.Where(IsOurs).ToList()) start.Environment.Remove(inherited);
        foreach (var (variable, value) in settings.Where(static one => one.Value.Length > 0))
            start.Environment[variable] = value;
        return start;
    }

    private static bool IsOurs(string variable) =>
        variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("Supply__", StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a subcommand left behind.</summary>
public sealed record Finished(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors);

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// A private PostgreSQL of the suite: a unix socket for speed, a loopback port so that <see cref="ChaosProxy"/> can
/// stand in front. It forgets everything at the end, so nothing is ever flushed to the disk.
/// </summary>
public sealed class TestCluster : IAsyncDisposable
{
    public const string TemplateName = "supply_template";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string directory;
    private readonly Child server;

    private TestCluster(string directory, int port, Child server) =>
        (this.directory, Port, this.server) = (directory, port, server);

    public int Port { get; }

    public static async Task<TestCluster> StartAsync()
    {
        var directory = Reaper.AdoptDirectory(Directory.CreateTempSubdirectory("st-").FullName);
        File.SetUnixFileMode(directory, Everyone);
        var files = Path.Combine(directory, "pg");
        await RunAsync(
            "initdb", "-D", files, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync");

        var port = FreePort();
        var server = Child.Start("postgres", AsPostgres("postgres",
            "-D", files, "-k", directory, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=500", "-c", "shared_buffers=256MB",
            "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"));
        var cluster = new TestCluster(directory, port, server);
        await cluster.AcceptsAsync();
        await cluster.ExecuteAsync("postgres", "create role supply login createdb");
        await cluster.ExecuteAsync("postgres", $"create database {TemplateName} owner supply");
        return cluster;
    }

    /// <summary>Through the socket as the service's own user, or as the superuser for what only he may do.</summary>
    public string ConnectionString(string database, string user = "supply") => new NpgsqlConnectionStringBuilder
    {
        Host = directory,
        Port = Port,
        Database = database,
        Username = user,
        MaxPoolSize = 20,
    }.ConnectionString;

    public string TcpConnectionString(string database, int port) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = "supply",
        MaxPoolSize = 20,
        Timeout = 5,
    }.ConnectionString;

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database, "postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        server.Signal(Signals.Quit); // At once: what it would write down in parting is thrown away.
        await server.ExitedAsync(Patience);
        await server.DisposeAsync();
        Reaper.RemoveDirectory(directory);
    }

    private async Task AcceptsAsync()
    {
        for (var started = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                await ExecuteAsync("postgres", "select 1");
                return;
            }
            catch (NpgsqlException) when (started.Elapsed < Patience && !server.HasExited)
            {
            }
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        await using var child = Child.Start(program, AsPostgres(program, arguments));
        if (await child.ExitedAsync(Patience) is not 0 and var code)
            throw new InvalidOperationException($"{program} ended with {code}: {string.Join('\n', child.Errors)}");
    }

    // PostgreSQL refuses to run as root.
    private static ProcessStartInfo AsPostgres(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries(), program);
        string[] asPostgres = ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments];
        return Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", asPostgres)
            : new ProcessStartInfo(path, arguments);
    }

    private static string Binaries() => Directory.GetDirectories("/usr/lib/postgresql")
        .OrderByDescending(static one => int.Parse(Path.GetFileName(one), CultureInfo.InvariantCulture))
        .Select(static one => Path.Combine(one, "bin"))
        .FirstOrDefault(Directory.Exists) ?? throw new InvalidOperationException("Install postgresql-15.");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
}

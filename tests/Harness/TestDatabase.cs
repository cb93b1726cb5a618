using System.Collections.Concurrent;
using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>A database of one process. It stays until the end of the run, when it is searched for canaries.</summary>
public sealed class TestDatabase
{
    private static readonly ConcurrentBag<TestDatabase> Made = [];

    private readonly TestCluster cluster;

    private TestDatabase(TestCluster cluster, string name) => (this.cluster, Name) = (cluster, name);

    public static IEnumerable<TestDatabase> All => Made;

    public string Name { get; }

    /// <summary>A test broke it on purpose: the run's end does not ask whether its money is whole.</summary>
    public bool IsTampered { get; set; }

    /// <summary>It has the whole schema.</summary>
    public bool IsMigrated { get; private init; }

    public int Port => cluster.Port;
    public string ConnectionString => cluster.ConnectionString(Name);

    /// <summary>As `supply migrate` leaves it.</summary>
    public static Task<TestDatabase> MigratedAsync() =>
        CreateAsync($"template {TestCluster.TemplateName}", isMigrated: true);

    public static Task<TestDatabase> EmptyAsync() => CreateAsync("template template0", isMigrated: false);

    /// <summary>The way through a proxy that listens on <paramref name="port"/>.</summary>
    public string ConnectionStringThrough(int port) => cluster.TcpConnectionString(Name, port);

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task RunAsOwnerAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ValueAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<TestDatabase> CreateAsync(string template, bool isMigrated)
    {
        var cluster = await Suite.MigratedClusterAsync();
        var database = new TestDatabase(cluster, $"t_{Guid.NewGuid():n}"[..14]) { IsMigrated = isMigrated };
        await cluster.ExecuteAsync("postgres", $"create database {database.Name} {template} owner supply");
        Made.Add(database);
        return database;
    }
}

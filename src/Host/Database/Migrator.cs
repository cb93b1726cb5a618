using System.Reflection;

namespace SupplyApi.Host.Database;

/// <summary>
/// Applies the embedded files in order, each once and in a transaction of its own, one node at a time.
/// </summary>
internal static class Migrator
{
    private const string Prefix = "migrations/";

    private const string Table = """
        create table if not exists schema_migrations (
          name text primary key,
          applied_at timestamptz not null default now()
        )
        """;

    private const string TableExists = "select to_regclass('schema_migrations') is not null";
    private const string Applied = "select name from schema_migrations order by name";
    private const string Record = "insert into schema_migrations (name) values ($1)";
    private const string Lock = "select pg_advisory_lock(hashtext('supply migrations'))";
    private const string Unlock = "select pg_advisory_unlock(hashtext('supply migrations'))";
    private const string MakePartitions = "select make_month_partitions(now() + $1, 2)";

    /// <summary>Names of the files applied now. Refuses a database that a newer version has already changed.</summary>
    internal static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource db, TimeSpan clockOffset, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if ((await PendingAsync(connection, ct)).Count == 0) return [];

        await connection.Command(Lock).RunAsync(ct);
        try
        {
            await connection.Command(Table).RunAsync(ct);
            var pending = await PendingAsync(connection, ct);
            foreach (var name in pending) await ApplyAsync(connection, name, ct);
            await connection.Command(MakePartitions).With(clockOffset).RunAsync(ct);
            return pending;
        }
        finally
        {
            await connection.Command(Unlock).RunAsync(CancellationToken.None);
        }
    }

    internal static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var known = Names();
        if (!await connection.Command(TableExists).ValueAsync<bool>(ct)) return known;

        var applied = (await connection.Command(Applied).ListAsync<Name>(ct)).ConvertAll(static one => one.Value);
        var unknown = applied.Except(known).ToList();
        if (unknown.Count > 0)
            throw new SettingsException("ConnectionStrings__Supply",
                $"the database is newer than this program: it has {string.Join(", ", unknown)}");
        return [.. known.Except(applied)];
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(await reader.ReadToEndAsync(ct)).RunAsync(ct);
        await connection.Command(Record).With(name).RunAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static List<string> Names() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(static name => name[Prefix.Length..])
            .Order(StringComparer.Ordinal)];

    private sealed record Name(string Value) : IRow<Name>
    {
        public static Name Read(NpgsqlDataReader row) => new(row.GetString(0));
    }
}

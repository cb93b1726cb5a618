using System.Text;
using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>At the end: every stored byte of every database and data directory is searched.</summary>
internal static class CanarySweep
{
    private const string Columns = """
        select format('select %L, %s from %I.%I', table_schema || '.' || table_name || '.' || column_name,
                      case when data_type = 'bytea' then format('encode(%I, ''escape'')', column_name)
                           else format('%I::text', column_name) end,
                      table_schema, table_name)
          from information_schema.columns
          join information_schema.tables using (table_schema, table_name)
         where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
           and (data_type in ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY'))
        """;

    internal static async Task RunAsync()
    {
        foreach (var database in TestDatabase.All) await SearchAsync(database);
        foreach (var directory in SupplyApiProcess.DataDirectories.Where(Directory.Exists))
            await SearchAsync(directory);
    }

    private static async Task SearchAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync();
        foreach (var query in await TextsAsync(connection, Columns, 0))
        {
            await using var command = new NpgsqlCommand(query, connection);
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                if (!row.IsDBNull(1) && Canary.Inspect(row.GetString(1), () => $"the column {row.GetString(0)}")) break;
            }
        }
    }

    private static async Task SearchAsync(string directory)
    {
        var readable = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (var file in Directory.EnumerateFiles(directory, "*", readable))
            Canary.Inspect(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), () => $"the file {file}");
    }

    private static async Task<List<string>> TextsAsync(NpgsqlConnection connection, string sql, int column)
    {
        var texts = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync()) texts.Add(row.GetString(column));
        return texts;
    }
}

using Npgsql;

namespace SupplyApi.Tests.Intents;

/// <summary>Looks for texts in every row that a request leaves behind.</summary>
internal static class PlainText
{
    private const string Tables = """
        select 'intents', to_jsonb(one)::text from intents one
        union all select 'audit_events', to_jsonb(one)::text from audit_events one
        union all select 'outbox_events', to_jsonb(one)::text from outbox_events one
        union all select 'idempotency_records',
                         to_jsonb(one)::text || encode(one.body, 'escape') from idempotency_records one
        """;

    private const string Find = $"select name, row from ({Tables}) as rows (name, row)";

    /// <summary>The tables that hold one of the texts.</summary>
    internal static async Task<IReadOnlyList<string>> FindAsync(TestDatabase database, params string[] texts)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(Find, connection);
        await using var row = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await row.ReadAsync())
        {
            if (texts.Any(row.GetString(1).Contains)) found.Add(row.GetString(0));
        }

        return found;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>What a deed leaves behind that no operation shows: audit rows and outbox events.</summary>
public static class Trail
{
    private const string Audited = """
        select action, operator_id, before_state::text, after_state::text
          from audit_events
         where object_type = $1 and object_id = $2
         order by created_at, event_id
        """;

    private const string Announced = """
        select name, payload::text
          from outbox_events
         where payload ->> $1 = $2
         order by created_at, event_id
        """;

    /// <summary>The oldest first: what was done, by whom, and the states before and after as text.</summary>
    public static Task<List<(string Action, long OperatorId, string? Before, string? After)>> AuditAsync(
        TestDatabase database, string type, long id) =>
        AuditAsync(database, type, id.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc cref="AuditAsync(TestDatabase, string, long)"/>
    public static Task<List<(string Action, long OperatorId, string? Before, string? After)>> AuditAsync(
        TestDatabase database, string type, string id) =>
        ReadAsync(database, Audited, type, id, static row => (
            row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3)));

    /// <summary>The oldest first: the events whose payload names this id.</summary>
    public static Task<List<(string Name, JsonObject Payload)>> OutboxAsync(
        TestDatabase database, string name, long id) =>
        OutboxAsync(database, name, id.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc cref="OutboxAsync(TestDatabase, string, long)"/>
    public static Task<List<(string Name, JsonObject Payload)>> OutboxAsync(
        TestDatabase database, string name, string id) =>
        ReadAsync(database, Announced, name, id, static row =>
            (row.GetString(0), JsonNode.Parse(row.GetString(1))!.AsObject()));

    private static async Task<List<T>> ReadAsync<T>(
        TestDatabase database, string sql, string name, string id, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = name }, new() { Value = id } },
        };
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await row.ReadAsync()) rows.Add(read(row));
        return rows;
    }
}

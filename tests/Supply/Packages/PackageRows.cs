using System.Text.Json.Nodes;
using Npgsql;

namespace SupplyApi.Tests.Supply.Packages;

/// <summary>What a package leaves behind that no operation shows.</summary>
internal static class PackageRows
{
    private const string Trail = """
        select action, operator_id, request_id, before_state::text, after_state::text
          from audit_events
         where object_type = 'supply_package' and object_id = $1::bigint::text
         order by created_at, event_id
        """;

    private const string Tasks = """
        select created_at, due_at, done_at is null
          from reconciliation_tasks
         where package_id = $1
        """;

    private const string TakenAhead = "select leased_quota from supply_packages where id = $1";

    /// <summary>The oldest first.</summary>
    internal static Task<List<Deed>> TrailAsync(TestDatabase database, long package) =>
        ReadAsync(database, Trail, package, static row => new Deed(
            row.GetString(0), row.GetInt64(1), row.GetString(2), Parse(row, 3), Parse(row, 4)));

    internal static async Task<List<string>> OutboxAsync(TestDatabase database, long package) =>
        [.. (await Harness.Trail.OutboxAsync(database, "package_id", package)).Select(static one => one.Name)];

    internal static Task<List<(DateTime CreatedAt, DateTime DueAt, bool IsOpen)>> TasksAsync(
        TestDatabase database, long package) =>
        ReadAsync(database, Tasks, package, static row => (row.GetDateTime(0), row.GetDateTime(1), row.GetBoolean(2)));

    /// <summary>What nodes have of its quota for calls to come and calls that are not posted.</summary>
    internal static async Task<decimal> TakenAheadAsync(TestDatabase database, long package) =>
        (await ReadAsync(database, TakenAhead, package, static row => row.GetDecimal(0))).Single();

    private static JsonObject? Parse(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonNode.Parse(row.GetString(column))!.AsObject();

    private static async Task<List<T>> ReadAsync<T>(
        TestDatabase database, string sql, long package, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = package } } };
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await row.ReadAsync()) rows.Add(read(row));
        return rows;
    }
}

internal sealed record Deed(string Action, long OperatorId, string RequestId, JsonObject? Before, JsonObject? After)
{
    internal (string? Before, string? After) Status => (Before?["status"]?.ToString(), After?["status"]?.ToString());
}

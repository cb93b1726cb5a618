using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// Time passes for one user's code alone, so that others need no process of their own; and what is written of codes.
/// </summary>
internal static class CodeRows
{
    private const string PassMinute = """
        update supply_settlement_codes set sent_at = sent_at - interval '61 seconds' where user_id = $1
        """;

    private const string PassFiveMinutes = """
        update supply_settlement_codes set expires_at = expires_at - interval '5 minutes' where user_id = $1
        """;

    private const string Deeds = """
        select action || ' ' || (after_state ->> 'phone')
          from audit_events
         where object_type = 'user' and object_id = $1::bigint::text
         order by created_at, event_id
        """;

    internal static Task PassMinuteAsync(TestDatabase database, long user) => RunAsync(database, PassMinute, user);

    internal static Task ExpireAsync(TestDatabase database, long user) => RunAsync(database, PassFiveMinutes, user);

    /// <summary>What was done about the user's phone, the oldest first: `action masked-phone`.</summary>
    internal static async Task<List<string>> DeedsAsync(TestDatabase database, long user)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(Deeds, connection) { Parameters = { new() { Value = user } } };
        await using var row = await command.ExecuteReaderAsync();
        var deeds = new List<string>();
        while (await row.ReadAsync())
        {
            if (!row.IsDBNull(0)) deeds.Add(row.GetString(0));
        }

        return deeds;
    }

    private static async Task RunAsync(TestDatabase database, string sql, long user)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = user } } };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}

using System.Diagnostics;
using Npgsql;

namespace SupplyApi.Tests.Gateway;

/// <summary>What a storm must have left behind: who was let in, until when, and a row for each answered call.</summary>
internal sealed class StormBooks
{
    /// <summary>
    /// Seconds until a node must know: it is to be one, and on a machine that does other things as well it is still
    /// well below the beat at which a node would look by itself.
    /// </summary>
    internal const int Told = 3;

    private const string List = """
        select request_id, user_id, coalesce(api_key_id, 0), coalesce(credential_id, 0), ending, basis, input_tokens,
               output_tokens, price_per_1m_input, price_per_1m_output, charged, package_id
          from gateway_usage
        """;

    private const string Count = "select count(*) from gateway_usage where request_id = any($1)";

    private readonly IReadOnlyList<StormCall> calls;

    private StormBooks(IReadOnlyList<StormCall> calls, Dictionary<string, StormRow> rows) =>
        (this.calls, Rows) = (calls, rows);

    /// <summary>By the call's id.</summary>
    internal IReadOnlyDictionary<string, StormRow> Rows { get; }

    /// <summary>Once all is posted: one row per answered call, none for any other, and each adds up.</summary>
    internal static async Task<StormBooks> ReadAsync(TestDatabase database, Storm storm, int nodes)
    {
        var calls = storm.Calls;
        // What a node settled before its last call is posted before that.
        var last = calls.TakeLast(nodes).Select(static one => one.Id).ToArray();
        await using var connection = await database.OpenAsync();
        await Eventually.Async(
            () => PostedAsync(connection, last), posted => posted >= nodes, "the last calls on the books", 60);

        var rows = new List<StormRow>();
        await using var command = new NpgsqlCommand(List, connection);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync()) rows.Add(StormRow.Read(row));

        Assert.Equal(
            calls.Where(static one => one.IsAccepted).Select(static one => one.Id).Order(StringComparer.Ordinal),
            rows.Select(static one => one.Id).Order(StringComparer.Ordinal));
        Assert.All(rows, static one => one.AddsUp());
        return new StormBooks(calls, rows.ToDictionary(static one => one.Id, StringComparer.Ordinal));
    }

    private static async Task<long> PostedAsync(NpgsqlConnection connection, string[] ids)
    {
        await using var count = new NpgsqlCommand(Count, connection) { Parameters = { new() { Value = ids } } };
        return (long)(await count.ExecuteScalarAsync())!;
    }

    internal IReadOnlyList<StormCall> Of(string caller) => [.. calls.Where(one => one.Caller == caller)];

    /// <summary>What was charged to this caller's calls.</summary>
    internal decimal Charged(Func<StormRow, bool> isMeant) => Rows.Values.Where(isMeant).Sum(static one => one.Charged);

    /// <summary>All of its calls were let in, and all came by one credential.</summary>
    internal void NeverRefused(string caller)
    {
        var own = Of(caller);
        Assert.NotEmpty(own);
        Assert.All(own, static one => Assert.Equal(Storm.Accepted, one.Outcome));
        ByOneCredential(caller);
    }

    /// <summary>
    /// At each node it was let in as long as it was good, and is refused once the node must know that it is over; in
    /// between it may be either, but who was refused once stays refused.
    /// </summary>
    /// <returns>How long after it was over a call began that was let in; below zero when none did.</returns>
    internal TimeSpan RefusedAfter(StormCaller caller, long good, long over)
    {
        var latest = Turned(caller, good, over, static one => one.IsAccepted);
        Assert.All(Of(caller.Name), one => Assert.Contains(one.Outcome, (string?[])[Storm.Accepted, caller.Refusal]));
        return latest;
    }

    /// <summary>The same of the prices of calls, all of which are let in.</summary>
    internal TimeSpan RepricedAfter(
        StormCaller caller, long good, long over, (decimal, decimal) before, (decimal, decimal) after)
    {
        NeverRefused(caller.Name);
        var latest = Turned(caller, good, over, one => PriceOf(one) == before);
        Assert.All(Of(caller.Name), one => Assert.Contains(PriceOf(one), ((decimal, decimal)[])[before, after]));
        return latest;
    }

    /// <summary>Who has agreed on a price goes on at it.</summary>
    internal void NeverRepriced(StormCaller caller, (decimal, decimal) agreed)
    {
        NeverRefused(caller.Name);
        Assert.All(Of(caller.Name), one => Assert.Equal(agreed, PriceOf(one)));
    }

    private (decimal, decimal) PriceOf(StormCall one) => (Rows[one.Id].PriceInput, Rows[one.Id].PriceOutput);

    private TimeSpan Turned(StormCaller caller, long good, long over, Func<StormCall, bool> isAsBefore)
    {
        var known = over + (Told * Stopwatch.Frequency);
        var latest = 0L;
        foreach (var own in Of(caller.Name).GroupBy(static one => one.Node))
        {
            var place = $"{caller.Name}, at node {own.Key}";
            var before = own.Where(one => one.Shown <= good).ToList();
            var after = own.Where(one => one.Began >= known).ToList();
            Assert.True(before.Exists(one => one.Ended > over), $"{place}: nothing was under way");
            Assert.True(after.Count > 0, $"{place}: nobody called afterwards");
            Assert.All(before, one => Assert.True(isAsBefore(one), $"{place}: too early in {one}"));
            Assert.All(after, one => Assert.False(isAsBefore(one), $"{place}: still in {one}"));

            var turned = own.Where(one => !isAsBefore(one)).Min(static one => one.Shown);
            Assert.DoesNotContain(own, one => isAsBefore(one) && one.Began >= turned);
            latest = Math.Max(latest, own.Where(isAsBefore).Max(static one => one.Began));
        }

        ByOneCredential(caller.Name);
        return TimeSpan.FromSeconds((double)(latest - over) / Stopwatch.Frequency);
    }

    private void ByOneCredential(string caller) => Assert.Single(Of(caller)
        .Where(static one => one.IsAccepted)
        .Select(one => (Rows[one.Id].UserId, Rows[one.Id].KeyId, Rows[one.Id].CredentialId))
        .Distinct());
}

/// <summary>What is written down of one call.</summary>
internal sealed record StormRow(
    string Id, long UserId, long KeyId, long CredentialId, string Ending, string Basis, long Input, long Output,
    decimal PriceInput, decimal PriceOutput, decimal Charged, long Package)
{
    internal static StormRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4), row.GetString(5),
        row.GetInt64(6), row.GetInt64(7), row.GetDecimal(8), row.GetDecimal(9), row.GetDecimal(10),
        row.GetInt64(11));

    internal void AddsUp()
    {
        Assert.Equal(
            ("completed", "provider_final", Storm.Input, Storm.Output), (Ending, Basis, (int)Input, (int)Output));
        Assert.Equal(((Input * PriceInput) + (Output * PriceOutput)) / 1_000_000, Charged);
    }
}

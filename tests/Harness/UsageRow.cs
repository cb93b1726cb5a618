using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>Of a call's usage, what no operation shows yet: where its counts come from, and the counts apart.</summary>
public sealed record UsageRow(string Ending, string Basis, long Input, long Output)
{
    private const string Last = """
        select ending, basis, input_tokens, output_tokens, cached_input_tokens, cache_write_5m_tokens,
               cache_write_1h_tokens, reasoning_tokens, image_tokens, audio_tokens, charged, earned, fee
          from gateway_usage
         where user_id = $1
         order by created_at desc
         limit 1
        """;

    private const string IsPosted = "select exists (select 1 from gateway_usage where request_id = $1)";

    public long CacheRead { get; init; }
    public long CacheWrite5m { get; init; }
    public long CacheWrite1h { get; init; }
    public long Reasoning { get; init; }
    public long Image { get; init; }
    public long Audio { get; init; }
    public decimal Charged { get; init; }
    public decimal Earned { get; init; }
    public decimal Fee { get; init; }

    /// <summary>Of the consumer's last call, once it is settled.</summary>
    public static async Task<UsageRow> LastAsync(TestDatabase database, Consumer consumer) => (await Eventually.Async(
        () => FindAsync(database, consumer.Id), static row => row is not null, "a settled call"))!;

    /// <summary>Waits until the call is on the books.</summary>
    public static async Task PostedAsync(TestDatabase database, Answer answer)
    {
        await using var connection = await database.OpenAsync();
        await Eventually.Async(
            async () =>
            {
                await using var find = new NpgsqlCommand(IsPosted, connection)
                {
                    Parameters = { new() { Value = answer.Header("X-Request-Id")! } },
                };
                return (bool)(await find.ExecuteScalarAsync())!;
            },
            static isPosted => isPosted, "the call on the books");
    }

    private static async Task<UsageRow?> FindAsync(TestDatabase database, long user)
    {
        await using var connection = await database.OpenAsync();
        await using var find = new NpgsqlCommand(Last, connection) { Parameters = { new() { Value = user } } };
        await using var row = await find.ExecuteReaderAsync();
        if (!await row.ReadAsync()) return null;
        return new UsageRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3))
        {
            CacheRead = row.GetInt64(4),
            CacheWrite5m = row.GetInt64(5),
            CacheWrite1h = row.GetInt64(6),
            Reasoning = row.GetInt64(7),
            Image = row.GetInt64(8),
            Audio = row.GetInt64(9),
            Charged = row.GetDecimal(10),
            Earned = row.GetDecimal(11),
            Fee = row.GetDecimal(12),
        };
    }
}

using Npgsql;
using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Tests.Properties;

/// <summary>What is copied into a table is what was given, to the last digit and with its scale.</summary>
public sealed class RowsAreCopied : ApiTest
{
    private const string Table = """
        create temporary table copied (at serial, number numeric, whole bigint, small integer, flag boolean, text text,
                                       id uuid, moment timestamptz)
        """;

    private const string Copy =
        "copy copied (number, whole, small, flag, text, id, moment) from stdin (format binary)";

    private static readonly decimal[] Corners =
    [
        0, 0.0m, 0.000000000m, 1, -1, 0.1m, 10_000, 9_999, 9999.9999m, 10000.0001m, 0.0001m, 0.00001m, -0.000000001m,
        1.10m, 100_000_000, 123456789.123456789m, decimal.MaxValue, decimal.MinValue, 1e-28m,
        -7.9228162514264337593543950335m, ulong.MaxValue, ulong.MaxValue + 1m, 18446744073709551.616m,
    ];

    [Fact]
    public async Task As_they_were()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        decimal[] numbers = [.. Corners, .. Enumerable.Range(0, 2_000).Select(_ => Any(random))];
        var texts = numbers.Select((_, at) => string.Concat(Enumerable.Repeat("aß€😀\"\\\t", at % 50))).ToArray();
        var ids = numbers.Select(static _ => Guid.NewGuid()).ToArray();
        var start = new DateTimeOffset(1999, 12, 31, 23, 59, 59, TimeSpan.Zero);

        await using var connection = await Api.Database.OpenAsync();
        await RunAsync(connection, Table);
        using (var rows = new CopiedRows())
        {
            for (var at = 0; at < numbers.Length; at++)
            {
                rows.Begin(columns: 7);
                rows.Value(numbers[at]);
                rows.Value(long.MinValue + at);
                if (at % 3 == 0) rows.Null();
                else rows.Value(-at);
                rows.Value(at % 2 == 0);
                rows.Value(texts[at]);
                rows.Value(ids[at]);
                rows.Value(start.AddMicroseconds(at * 700_001L));
            }

            await rows.SendAsync(connection, Copy, default);
        }

        await using var read = new NpgsqlCommand(
            "select number, whole, small, flag, text, id, moment from copied order by at", connection);
        await using var row = await read.ExecuteReaderAsync();
        for (var at = 0; at < numbers.Length; at++)
        {
            Assert.True(await row.ReadAsync());
            var number = row.GetDecimal(0);
            var isSame = number == numbers[at] && number.Scale == numbers[at].Scale;
            Assert.True(isSame, $"{numbers[at]} was read as {number} ({seed})");
            Assert.Equal(long.MinValue + at, row.GetInt64(1));
            Assert.Equal(at % 3 == 0, row.IsDBNull(2));
            if (at % 3 != 0) Assert.Equal(-at, row.GetInt32(2));
            Assert.Equal(at % 2 == 0, row.GetBoolean(3));
            Assert.Equal((texts[at], ids[at]), (row.GetString(4), row.GetGuid(5)));
            Assert.Equal(start.AddMicroseconds(at * 700_001L), row.GetFieldValue<DateTimeOffset>(6));
        }

        Assert.False(await row.ReadAsync());
    }

    [Fact]
    public async Task Or_none_of_them()
    {
        await using var connection = await Api.Database.OpenAsync();
        await RunAsync(connection, Table);
        using var rows = new CopiedRows();
        foreach (var text in (string[])["good", "not\0good"])
        {
            rows.Begin(columns: 1);
            rows.Value(text);
        }

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => rows.SendAsync(connection, "copy copied (text) from stdin (format binary)", default));
        Assert.Equal(PostgresErrorCodes.CharacterNotInRepertoire, refused.SqlState);
        await using var count = new NpgsqlCommand("select count(*) from copied", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    private static decimal Any(Random random) => new(
        random.Next(), random.Next(4) == 0 ? random.Next() : 0, random.Next(8) == 0 ? random.Next() : 0,
        random.Next(2) == 0, (byte)random.Next(29));

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

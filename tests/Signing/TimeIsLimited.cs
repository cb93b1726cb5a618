using System.Diagnostics;
using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Signing;

/// <summary>What takes too long is given up, and nothing of it is done.</summary>
public sealed class TimeIsLimited : OwnProcessTest
{
    protected override Dictionary<string, string> Settings { get; } =
        new() { ["Supply__AppTimeLimit"] = "00:00:02" };

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        await using (var connection = await Api.Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = new Npgsql.NpgsqlCommand("lock table intents in exclusive mode", connection);
            await hold.ExecuteNonQueryAsync();
            var watch = Stopwatch.StartNew();
            var answer = (await app.Put($"/api/v1/intents/{intent}", """{ "quantity": 7 }""")).Expect(503);
            Assert.Equal(50301, answer.Number("code"));
            Assert.Equal("100", answer.Header("X-RateLimit-Limit"));
            Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(1.9), $"given up after {watch.Elapsed}");
        }

        Assert.Equal(2, (await app.Get($"/api/v1/intents/{intent}")).Number("data.quantity"));
    }
}

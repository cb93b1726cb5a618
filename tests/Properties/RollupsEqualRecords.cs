using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Npgsql;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// Whatever is sold, given, taken back, frozen, released and matures at once, on nodes whose clocks stand on several
/// minutes and days: sums, counts, lots and balances are those of the records, and pages leave nothing out.
/// </summary>
public sealed class RollupsEqualRecords
{
    private const int Waves = 4;
    private const int DeedsPerWave = 40;
    private const string Records = "/api/v1/supply/earnings/records";

    private const string StrayMinutes = """
        select count(*)
          from (select tenant_id, date_trunc('minute', earned_at, 'UTC') as minute, count(*) as records
                  from supply_earnings
                 group by 1, 2) told
          full join supply_earning_minutes counted using (tenant_id, minute)
         where told.records is distinct from counted.records
        """;

    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly ConcurrentBag<long> known = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task At_every_moment(int seed)
    {
        var random = new Random(seed);
        await using var first = await StartAsync("00:00:00", null);
        await using var minutesAhead = await StartAsync("00:01:30", first.Database);
        await using var aDayAhead = await StartAsync("1.00:00:00", first.Database);
        SupplyApiProcess[] nodes = [first, minutesAhead, aDayAhead];
        var sale = await Sale.MakeAsync(
            new Actors(first, null), new Offer(PriceInput: 333.333333m, PriceOutput: 777.777777m));
        await sale.Consumer.TopUpAsync(10_000);
        for (var wave = 0; wave < Waves; wave++)
        {
            var deeds = Enumerable.Range(0, DeedsPerWave).Select(_ => DeedOf(sale, nodes, random)).ToList();
            using var over = new CancellationTokenSource();
            var watch = WatchAsync(sale.Supplier, over.Token);
            await Task.WhenAll(deeds.Select(static deed => deed()));
            await over.CancelAsync();
            await watch;
            await CompareAsync(sale.Supplier, random.Next(1, 20) * 2 + 1);
            var check = await first.RunAsync("check"); // The lots too: they are the book of what is available.
            Assert.True(check.ExitCode == 0, string.Join('\n', check.Output));
            Assert.Contains(check.Output, static line => line.Contains("sums to zero", StringComparison.Ordinal));
        }
    }

    // All chance is drawn before the deeds begin: what a seed makes does not hang on who comes first.
    private Func<Task> DeedOf(Sale sale, SupplyApiProcess[] nodes, Random random)
    {
        var node = nodes[random.Next(nodes.Length)];
        var (choice, a, b) = (random.Next(100), random.Next(1, 60), random.Next(60));
        var amount = (random.Next(1, 2_000_000_000) / 1_000_000_000m).ToString(CultureInfo.InvariantCulture);
        var ids = known.Order().ToList();
        var id = ids.Count == 0 ? 0 : ids[random.Next(ids.Count)];
        return choice switch
        {
            < 40 => () => BuyAsync(sale, node, $"!tokens={a},{b}"),
            < 45 => () => BuyAsync(sale, node, "!status=500"),
            < 60 => () => AdjustAsync(sale, node, "bonus", amount),
            < 70 => () => AdjustAsync(sale, node, "refund", amount),
            < 88 => () => DecideAsync(sale, node, id, "freeze"),
            _ => () => DecideAsync(sale, node, id, "release"),
        };
    }

    private static async Task BuyAsync(Sale sale, SupplyApiProcess node, string prompt)
    {
        var answer = await sale.Consumer.At(node).Post("/v1/chat/completions", Consumer.Chat(sale.Model, prompt));
        Assert.True(answer.Status is 200 or 502 or 503, answer.ToString()); // Who failed often is left alone.
        if (answer.Status == 200) await UsageRow.PostedAsync(node.Database, answer);
    }

    private async Task AdjustAsync(Sale sale, SupplyApiProcess node, string type, string amount)
    {
        var founder = await sale.Supplier.Api.FounderAsync();
        var answer = await founder.At(node).Post($"/api/users/{sale.Supplier.Id}/earnings", $$"""
            { "earnings_type": "{{type}}", "amount": "{{amount}}", "description": "By chance" }
            """);
        Assert.True(answer.Status is 201 || (answer.Status, type) == (409, "refund"), answer.ToString());
        if (answer.Status == 201) known.Add(answer.Number("record_id"));
    }

    private static async Task DecideAsync(Sale sale, SupplyApiProcess node, long id, string deed)
    {
        if (id == 0) return;
        var founder = await sale.Supplier.Api.FounderAsync();
        var body = deed == "freeze" ? """{ "reason": "By chance" }""" : null;
        var answer = await founder.At(node).Post($"/api/earnings/{id}/{deed}", body);
        Assert.True(answer.Status is 200 or 409, answer.ToString());
    }

    // What one answer says is of one moment, also while everything moves.
    private static async Task WatchAsync(Supplier supplier, CancellationToken over)
    {
        for (var turn = 0; !over.IsCancellationRequested; turn++)
        {
            var bill = (await supplier.Get($"/api/v1/supply/billing?{Range()}&page_size=200")).Expect(200);
            Assert.Equal(
                bill.Amount("data.summary.total_revenue"),
                bill.Amount("data.summary.platform_fee") + bill.Amount("data.summary.net_earnings"));
            Assert.Equal(
                bill.Amount("data.summary.total_revenue"),
                bill.At("data.by_platform")!.AsArray().Sum(static one => Amount(one!["revenue"]!)));
            var (page, size) = (turn % 5 + 1, turn % 7 + 1);
            var list = (await supplier.Get($"{Records}?{Range()}&page={page}&page_size={size}")).Expect(200);
            Assert.Equal(
                Math.Clamp(list.Number("pagination.total") - (page - 1) * size, 0, size),
                list.At("data")!.AsArray().Count);
        }
    }

    private async Task CompareAsync(Supplier supplier, int pageSize)
    {
        var (balance, records) = await StillAsync(supplier, pageSize);
        Assert.Equal(
            records.OrderByDescending(static one => one.EarnedAt).ThenByDescending(static one => one.Id), records);
        Assert.Distinct(records.Select(static one => one.Id));
        foreach (var one in records.Where(one => !known.Contains(one.Id))) known.Add(one.Id);

        foreach (var status in new[] { "available", "pending", "frozen" })
            Assert.Equal(
                records.Where(one => one.Status == status).Sum(static one => one.Amount),
                balance.Amount($"data.{status}"));
        Assert.NotEmpty(records);
        foreach (var day in records.GroupBy(static one => one.EarnedAt.UtcDateTime.Date))
        {
            var range = FormattableString.Invariant($"start_date={day.Key:yyyy-MM-dd}&end_date={day.Key:yyyy-MM-dd}");
            var bill = (await supplier.Get($"/api/v1/supply/billing?{range}")).Expect(200);
            var list = (await supplier.Get($"{Records}?{range}&page_size=1")).Expect(200);
            Assert.Equal(day.Sum(static one => one.Amount), bill.Amount("data.summary.net_earnings"));
            Assert.Equal(day.Count(), list.Number("pagination.total"));
        }

        Assert.Equal(0L, await AskAsync(supplier.Api.Database, StrayMinutes));
    }

    // Earnings mature while the pages are read: read until the balance was the same before and after.
    private static async Task<(Answer Balance, List<Record> Records)> StillAsync(Supplier supplier, int pageSize)
    {
        var seen = await Eventually.Async(
            async () =>
            {
                var before = (await supplier.Get("/api/v1/supply/balance")).Expect(200);
                var records = await PagesAsync(supplier, pageSize);
                var after = (await supplier.Get("/api/v1/supply/balance")).Expect(200);
                return (Before: before, Records: records, After: after);
            },
            static seen => JsonNode.DeepEquals(seen.Before.At("data"), seen.After.At("data")),
            "a still moment", seconds: 60);
        return (seen.After, seen.Records);
    }

    private static async Task<List<Record>> PagesAsync(Supplier supplier, int size)
    {
        var records = new List<Record>();
        for (var page = 1; ; page++)
        {
            var answer = (await supplier.Get($"{Records}?{Range()}&page={page}&page_size={size}")).Expect(200);
            var rows = answer.At("data")!.AsArray();
            records.AddRange(rows.Select(static one => new Record(
                one!["record_id"]!.GetValue<long>(), Amount(one["amount"]!), one["status"]!.GetValue<string>(),
                one["earned_at"]!.GetValue<DateTimeOffset>())));
            if (rows.Count < size)
            {
                Assert.Equal(answer.Number("pagination.total"), records.Count);
                return records;
            }
        }
    }

    private static async Task<object> AskAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync())!;
    }

    private static string Range()
    {
        var now = DateTime.UtcNow;
        return FormattableString.Invariant(
            $"start_date={now.AddDays(-1):yyyy-MM-dd}&end_date={now.AddDays(2):yyyy-MM-dd}");
    }

    private static decimal Amount(JsonNode node) =>
        decimal.Parse(node.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private Task<SupplyApiProcess> StartAsync(string clock, TestDatabase? database) => SupplyApiProcess.StartAsync(
        new()
        {
            ["Supply__MasterKey"] = masterKey,
            ["Supply__ClockOffset"] = clock,
            ["Supply__EarningsHold"] = "00:00:03",
        },
        database);

    private sealed record Record(long Id, decimal Amount, string Status, DateTimeOffset EarnedAt);
}

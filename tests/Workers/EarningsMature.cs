using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Npgsql;

namespace SupplyApi.Tests.Workers;

/// <summary>When its hold is over an earning can be withdrawn, once, in the platform's own name.</summary>
public sealed class EarningsMature
{
    private const string Maturing = "supply.earnings.mature";
    private const int Calls = 30;

    private const string Announced =
        "select payload::text from outbox_events where tenant_id = $1 and name = 'supply.earnings.mature.success'";

    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    // Ten tokens each way cost 0.03, of which the supplier gets nine tenths.
    [Fact]
    public async Task When_the_hold_is_over_and_not_before()
    {
        await using var today = await StartAsync("00:00:00");
        var sale = await Sale.MakeAsync(new Actors(today, null));
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);

        // What was earned an hour later waits an hour longer: when the first is due, this was looked at as well.
        await using var anHourLater = await StartAsync("01:00:00", today.Database);
        var second = Consumer.Chat(sale.Model, "!tokens=20,20");
        (await sale.Consumer.At(anHourLater).Post("/v1/chat/completions", second)).Expect(200);
        await BalanceBecomesAsync(sale.Supplier, available: 0, pending: 0.081m);

        await using var aWeekLater = await StartAsync("7.00:30:00", today.Database);
        await BalanceBecomesAsync(sale.Supplier, available: 0.027m, pending: 0.054m);
        var records = await RecordsAsync(sale.Supplier);
        Assert.Equal(["pending", "available"], records.Select(static one => one["status"]!.GetValue<string>()));
        var deed = Assert.Single(await MaturedAsync(today.Database, sale.Supplier));
        Assert.Equal((0, null), (deed.OperatorId, deed.Before));
        Assert.Equal("""{"amount": 0.027, "records": 1}""", deed.After);
        Assert.Equal([deed.After!], await AnnouncedAsync(today.Database, sale.Supplier));
    }

    [Fact]
    public async Task But_not_while_it_is_frozen()
    {
        await using var today = await StartAsync("00:00:00");
        var sale = await Sale.MakeAsync(new Actors(today, null));
        (await sale.BuyAsync("!tokens=10,10")).Expect(200);
        (await sale.BuyAsync("!tokens=20,20")).Expect(200);
        await sale.ChargedAsync(2);
        var frozen = (await RecordsAsync(sale.Supplier))[1]["record_id"]!.GetValue<long>();
        var founder = await today.FounderAsync();
        (await founder.Post($"/api/earnings/{frozen}/freeze", """{ "reason": "Unclear" }""")).Expect(200);

        // Sessions live for a week.
        await using var daysLater = await StartAsync("6.00:00:00", today.Database, hold: "6.00:00:00");
        await BalanceBecomesAsync(sale.Supplier, available: 0.054m, pending: 0);
        var released = await founder.At(daysLater).Post($"/api/earnings/{frozen}/release");

        Assert.Equal("available", released.Expect(200).Text("status"));
        await BalanceBecomesAsync(sale.Supplier, available: 0.081m, pending: 0);
    }

    // A hundred tokens cost 0.1, so all the calls together come to whole cents, which can be withdrawn.
    [Fact]
    public async Task Once_however_many_nodes()
    {
        await using var today = await StartAsync("00:00:00");
        var sale = await Sale.MakeAsync(new Actors(today, null));
        await sale.Consumer.TopUpAsync(1000);
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => sale.BuyAsync("!tokens=100,0")));
        Assert.All(answers, static one => one.Expect(200));
        await sale.ChargedAsync(Calls);

        var nodes = await Task.WhenAll(
            StartAsync("7.00:01:00", today.Database), StartAsync("7.00:01:00", today.Database));
        await BalanceBecomesAsync(sale.Supplier, available: 0.09m * Calls, pending: 0);
        Assert.All(await RecordsAsync(sale.Supplier), static one => Assert.Equal("available", $"{one["status"]}"));
        var deeds = await MaturedAsync(today.Database, sale.Supplier);
        Assert.Equal(Calls, deeds.Sum(static one => JsonNode.Parse(one.After!)!["records"]!.GetValue<long>()));
        await sale.Supplier.WithdrawAsync(0.09m * Calls);
        foreach (var node in nodes) await node.DisposeAsync();
    }

    private Task<SupplyApiProcess> StartAsync(string offset, TestDatabase? database = null, string hold = "") =>
        SupplyApiProcess.StartAsync(
            new()
            {
                ["Supply__MasterKey"] = masterKey,
                ["Supply__ClockOffset"] = offset,
                ["Supply__EarningsHold"] = hold,
            },
            database);

    private static Task BalanceBecomesAsync(Supplier supplier, decimal available, decimal pending) => Eventually.Async(
        async () => (await supplier.Get("/api/v1/supply/balance")).Expect(200),
        seen => (seen.Amount("data.available"), seen.Amount("data.pending")) == (available, pending),
        $"{available} available and {pending} pending", seconds: 30);

    // The range reaches into tomorrow: some of these clocks are ahead.
    private static async Task<List<JsonNode>> RecordsAsync(Supplier supplier)
    {
        var today = DateTime.UtcNow;
        var range = FormattableString.Invariant(
            $"start_date={today.AddDays(-1):yyyy-MM-dd}&end_date={today.AddDays(1):yyyy-MM-dd}");
        var answer = await supplier.Get($"/api/v1/supply/earnings/records?page_size=200&{range}");
        return [.. answer.Expect(200).At("data")!.AsArray().Select(static one => one!)];
    }

    private static async Task<List<(string Action, long OperatorId, string? Before, string? After)>> MaturedAsync(
        TestDatabase database, Supplier supplier) =>
        [.. (await Trail.AuditAsync(database, "supplier", supplier.Id))
            .Where(static one => one.Action == Maturing)];

    private static async Task<List<string>> AnnouncedAsync(TestDatabase database, Supplier supplier)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(Announced, connection)
        {
            Parameters = { new() { Value = supplier.Id } },
        };
        await using var row = await command.ExecuteReaderAsync();
        var payloads = new List<string>();
        while (await row.ReadAsync()) payloads.Add(row.GetString(0));
        return payloads;
    }
}

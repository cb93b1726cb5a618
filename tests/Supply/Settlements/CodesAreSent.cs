namespace SupplyApi.Tests.Supply.Settlements;

/// <summary>By whom, and what remains when nobody does.</summary>
public sealed class CodesAreSent
{
    private const string Path = "/api/v1/supply/settlements/sms-code";

    private static readonly Dictionary<string, string> Nobody = new()
    {
        ["Supply__Sms__WebhookUrl"] = "",
        ["Supply__Sms__WebhookSecret"] = "",
    };

    [Fact]
    public async Task A_code_that_was_not_sent_counts_for_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var api = await SupplyApiProcess.StartAsync(new()
        {
            ["Supply__Sms__WebhookUrl"] = receiver.Url,
            ["Supply__Sms__WebhookSecret"] = receiver.Secret,
        });
        var transcript = new Transcript();
        var supplier = await new Actors(api, transcript).SupplierAsync();
        receiver.Refuse([.. Enumerable.Repeat(500, 12)]);
        for (var refused = 0; refused < 11; refused++)
            (await supplier.Quietly().Post(Path, """{ "phone": "13800001111" }""")).Expect(503);
        await supplier.Post(Path, """{ "phone": "13800001111" }""");
        Assert.Equal(400, (await Withdrawal.TryAsync(supplier, receiver.Deliveries[^1].Text("code"))).Status);
        await supplier.Post(Path, """{ "phone": "13800002222" }""");
        await supplier.Post(Path, """{ "phone": "13800002222" }""");

        transcript.Matches();
        Assert.Equal(
            ["supply.settlement.code.send 138****1111", "supply.settlement.code.void 138****1111"],
            (await CodeRows.DeedsAsync(api.Database, supplier.Id)).Take(2));
        Assert.Equal(409, (await Withdrawal.TryAsync(supplier, receiver.Deliveries[^1].Text("code"))).Status);
    }

    [Fact]
    public async Task Nobody_sends_unless_told_how()
    {
        await using var api = await SupplyApiProcess.StartAsync(Nobody);
        var transcript = new Transcript();
        var supplier = await new Actors(api, transcript).SupplierAsync();
        await supplier.Post(Path, """{ "phone": "13800003333" }""");

        transcript.Matches();
    }

    [Fact]
    public async Task The_log_will_do_for_development()
    {
        await using var api = await SupplyApiProcess.StartAsync(new(Nobody) { ["Supply__Sms__Log"] = "true" });
        var supplier = await new Actors(api, null).SupplierAsync();
        (await supplier.Post(Path, """{ "phone": "13800004444" }""")).Expect(200);

        var line = await Eventually.Async(
            () => Task.FromResult(Told(api)),
            static one => one is not null,
            "the code is in the log");
        Assert.Matches("SMS to 138\\*\\*\\*\\*4444: [0-9]{6}$", line!);
        Assert.Equal(409, (await Withdrawal.TryAsync(supplier, line![^6..])).Status);
    }

    private static string? Told(SupplyApiProcess api) =>
        api.Output.FirstOrDefault(static line => line.Contains("SMS to", StringComparison.Ordinal));
}

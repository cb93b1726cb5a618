using System.Security.Cryptography;

namespace SupplyApi.Tests.Workers;

/// <summary>What is announced is told, at least once and signed, whatever happens on the way.</summary>
public sealed class OutboxIsDelivered : IAsyncLifetime
{
    private const string Created = "supply.account.create.success";

    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private Receiver receiver = null!;

    public async ValueTask InitializeAsync() => receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    [Fact]
    public async Task Tells_who_what_and_when()
    {
        await using var api = await StartAsync(receiver.Settings());
        var supplier = await new Actors(api, null).SupplierAsync();
        var account = await supplier.CreateAccountAsync();

        var told = Assert.Single(await receiver.BecomesAsync(static all => all.Count == 1, "told"));
        Assert.Equal(["event_id", "name", "tenant_id", "created_at", "data"], told.Body.Select(static one => one.Key));
        Assert.Equal(told.Id, told.Text("event_id"));
        Assert.Equal(Created, told.Text("name"));
        Assert.Equal(supplier.Id, told.Body["tenant_id"]!.GetValue<long>());
        Assert.Equal(account, told.Body["data"]!["account_id"]!.GetValue<long>());
        Assert.EndsWith("Z", told.Text("created_at"), StringComparison.Ordinal);
        Assert.InRange(told.Timestamp, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task Tries_again_after_longer_and_longer_pauses()
    {
        const double First = 0.4;
        receiver.Refuse(500, 302, 404);
        await using var api = await StartAsync(receiver.Settings("00:00:00.4"));
        await (await new Actors(api, null).SupplierAsync()).CreateAccountAsync();

        var told = await receiver.BecomesAsync(static all => all.Count == 4, "told at the fourth attempt");
        Assert.Single(told.Select(static one => one.Id).Distinct());
        for (var pause = 0; pause < 3; pause++)
        {
            var waited = (told[pause + 1].ReceivedAt - told[pause].ReceivedAt).TotalSeconds;
            Assert.True(waited >= 0.7 * First * Math.Pow(2, pause), $"pause {pause} was {waited} s");
        }

        await Eventually.Async(
            () => OutboxRows.CountUndeliveredAsync(api.Database), static count => count == 0, "delivered");
    }

    [Fact]
    public async Task Gives_up_after_ten_attempts()
    {
        receiver.AlwaysAnswer(503);
        await using var api = await StartAsync(receiver.Settings("00:00:00.005"));
        var actors = new Actors(api, null);
        await (await actors.SupplierAsync()).CreateAccountAsync();

        var admin = await actors.AdminAsync();
        var letters = await Eventually.Async(
            () => admin.Get("/api/outbox/dead-letters"), static one => one.Number("total") == 1, "a dead letter", 40);
        Assert.Equal(10, letters.Number("items.0.attempts"));
        Assert.Equal("status 503", letters.Text("items.0.last_error"));
        Assert.Equal(10, receiver.Deliveries.Count);
    }

    [Fact]
    public async Task Says_why_there_was_no_answer()
    {
        var settings = receiver.Settings("00:00:00.005");
        settings["Supply__Webhook__Url"] = "http://127.0.0.1:1/";
        await using var api = await StartAsync(settings);
        var actors = new Actors(api, null);
        await (await actors.SupplierAsync()).CreateAccountAsync();

        var admin = await actors.AdminAsync();
        var letters = await Eventually.Async(
            () => admin.Get("/api/outbox/dead-letters"), static one => one.Number("total") == 1, "a dead letter", 40);
        Assert.Equal("no connection", letters.Text("items.0.last_error"));
    }

    [Fact]
    public async Task Tells_it_again_when_it_died_before_it_knew()
    {
        receiver.Hang();
        await using var api = await StartAsync(receiver.Settings());
        await (await new Actors(api, null).SupplierAsync()).CreateAccountAsync();
        await receiver.BecomesAsync(static all => all.Count == 1, "told");
        await api.KillAsync();
        receiver.LetGo();

        // A minute on, nobody believes any more that the dead node has it in hand.
        await using var later = await StartAsync(receiver.Settings(), api.Database, "00:01:00");
        var told = await receiver.BecomesAsync(static all => all.Count == 2, "told again");
        Assert.Equal(told[0].Id, told[1].Id);
        Assert.Equal(told[0].Body.ToJsonString(), told[1].Body.ToJsonString());
        await Eventually.Async(
            () => OutboxRows.CountUndeliveredAsync(api.Database), static count => count == 0, "delivered");
    }

    [Fact]
    public async Task Goes_on_when_the_database_is_back()
    {
        var database = await TestDatabase.MigratedAsync();
        await using var line = new ChaosProxy(database.Port);
        var settings = receiver.Settings();
        settings["ConnectionStrings__Supply"] = database.ConnectionStringThrough(line.Port);
        await using var api = await StartAsync(settings, database);
        var supplier = await new Actors(api, null).SupplierAsync();

        line.Refuse();
        await Eventually.Async(
            () => Task.FromResult(api.Output.Any(static one => one.Contains("The outbox", StringComparison.Ordinal))),
            static told => told,
            "the worker has noticed");
        line.Resume();
        await Eventually.Async(
            () => supplier.Get("/health/ready"), static one => one.Status == 200, "the database is back");
        await supplier.CreateAccountAsync();
        Assert.Single(await receiver.BecomesAsync(static all => all.Count == 1, "told"));
    }

    [Fact]
    public async Task Brings_to_an_end_what_is_under_way_when_it_is_stopped()
    {
        receiver.Hang();
        await using var api = await StartAsync(receiver.Settings());
        await (await new Actors(api, null).SupplierAsync()).CreateAccountAsync();
        await receiver.BecomesAsync(static all => all.Count == 1, "told");

        var ended = api.TerminateAsync();
        await Eventually.Async(
            async () => (await new Client(api, null).Get("/health/ready")).Status,
            static status => status == 503,
            "draining");
        receiver.LetGo();
        Assert.Equal(0, await ended);
        Assert.Equal(0, await OutboxRows.CountUndeliveredAsync(api.Database));
        Assert.Single(receiver.Deliveries);
    }

    [Fact]
    public async Task Tells_everything_once_however_many_nodes()
    {
        const int Many = 60;
        await using var one = await StartAsync(receiver.Settings());
        await using var other = await StartAsync(receiver.Settings(), one.Database);
        var supplier = await new Actors(one, null).SupplierAsync();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => supplier.CreateAccountAsync()));

        await receiver.BecomesAsync(static all => all.Count >= Many, "all are told");
        await Eventually.Async(
            () => OutboxRows.CountUndeliveredAsync(one.Database), static count => count == 0, "all are delivered");
        Assert.Equal(Many, receiver.Deliveries.Count);
        Assert.Equal(Many, receiver.Deliveries.Select(static told => told.Id).Distinct().Count());
        Assert.Equal(1, await OutboxRows.AttemptsMaxAsync(one.Database));
    }

    [Fact]
    public async Task Leaves_everything_alone_while_there_is_nobody_to_tell()
    {
        await using var api = await StartAsync([]);
        await (await new Actors(api, null).SupplierAsync()).CreateAccountAsync();

        await using var later = await StartAsync(receiver.Settings(), api.Database);
        Assert.Single(await receiver.BecomesAsync(static all => all.Count == 1, "told"));
        Assert.Equal(1, await OutboxRows.AttemptsMaxAsync(api.Database));
    }

    [Fact]
    public async Task Forgets_what_was_told_a_week_ago()
    {
        await using var api = await StartAsync(receiver.Settings());
        var supplier = await new Actors(api, null).SupplierAsync();
        var account = await supplier.CreateAccountAsync();
        await Eventually.Async(
            () => OutboxRows.CountUndeliveredAsync(api.Database), static count => count == 0, "delivered");

        await using var soon = await StartAsync(receiver.Settings(), api.Database, "6.23:00:00");
        (await supplier.At(soon).Post($"/api/v1/supply/accounts/{account}/activate")).Expect(200);
        await using var later = await StartAsync(receiver.Settings(), api.Database, "7.01:00:00");
        await Eventually.Async(() => OutboxRows.CountAsync(api.Database), static count => count == 1, "one is left");
        await receiver.BecomesAsync(static all => all.Count == 2, "both are told");
    }

    [Fact]
    public async Task Forgets_what_nobody_wants_to_know_after_thirty_days()
    {
        await using var api = await StartAsync([]);
        await (await new Actors(api, null).SupplierAsync()).CreateAccountAsync();
        Assert.Equal(1, await OutboxRows.CountAsync(api.Database));

        await using var later = await StartAsync([], api.Database, "31.00:00:00");
        await Eventually.Async(() => OutboxRows.CountAsync(api.Database), static count => count == 0, "none is left");
    }

    private Task<SupplyApiProcess> StartAsync(
        Dictionary<string, string> settings, TestDatabase? database = null, string clockOffset = "00:00:00")
    {
        settings["Supply__MasterKey"] = masterKey;
        settings["Supply__ClockOffset"] = clockOffset;
        return SupplyApiProcess.StartAsync(settings, database);
    }
}

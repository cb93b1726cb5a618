namespace SupplyApi.Tests.Admin;

public sealed class RetryOutboxDeadLetterTests : OwnProcessTest
{
    private readonly Task<Receiver> receiver = Receiver.StartAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (await receiver).DisposeAsync();
    }

    [Fact]
    public async Task Has_it_delivered_after_all()
    {
        var taker = await receiver;
        var admin = await Actors.AdminAsync();
        var supplier = await Actors.SupplierAsync();
        taker.Refuse(410);
        await supplier.CreateAccountAsync();
        var letters = await Eventually.Async(
            () => admin.Quietly().Get("/api/outbox/dead-letters"), static one => one.Number("total") == 1, "a letter");
        var id = letters.Text("items.0.event_id");
        Transcript.Redactions.Register("event", id);

        var retry = $"/api/outbox/dead-letters/{id}/retry";
        await admin.Post(retry);
        await admin.Post(retry);
        await admin.Get("/api/outbox/dead-letters");
        var told = await taker.BecomesAsync(static all => all.Count == 2, "delivered after all");

        Transcript.Matches();
        Assert.Equal([id, id], told.Select(static one => one.Id));
        Assert.Equal(1, await OutboxRows.CountRetriesAsync(Api.Database, id));
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Post("/api/outbox/dead-letters/00000000-0000-7000-8000-000000000000/retry");
        await admin.Post("/api/outbox/dead-letters/17/retry");

        Transcript.Matches();
    }

    protected override async Task<SupplyApiProcess> StartAsync() =>
        await SupplyApiProcess.StartAsync((await receiver).Settings());
}

namespace SupplyApi.Tests.Admin;

public sealed class ListOutboxDeadLettersTests : OwnProcessTest
{
    private readonly Task<Receiver> receiver = Receiver.StartAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (await receiver).DisposeAsync();
    }

    [Fact]
    public async Task Shows_what_nobody_took_the_newest_first()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get("/api/outbox/dead-letters");

        var supplier = await Actors.SupplierAsync();
        await supplier.MountAccountAsync();
        await Eventually.Async(
            () => admin.Quietly().Get("/api/outbox/dead-letters"), static one => one.Number("total") == 2, "two");
        await admin.Get("/api/outbox/dead-letters");
        await admin.Get("/api/outbox/dead-letters?page=2&page_size=1");
        await admin.Get("/api/outbox/dead-letters?page=0");
        await admin.Get("/api/outbox/dead-letters?page_size=101");
        await supplier.Get("/api/outbox/dead-letters");

        Transcript.Matches();
    }

    // Whoever says 410 wants no more of it, so one attempt is enough.
    protected override async Task<SupplyApiProcess> StartAsync()
    {
        (await receiver).AlwaysAnswer(410);
        return await SupplyApiProcess.StartAsync((await receiver).Settings());
    }
}

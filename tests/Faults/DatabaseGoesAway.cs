namespace SupplyApi.Tests.Faults;

/// <summary>200, cut, 503, back, 200: in the words of each surface, and the process lives through it.</summary>
public sealed class DatabaseGoesAway : OwnProcessTest
{
    private ChaosProxy line = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await line.DisposeAsync();
    }

    [Fact]
    public async Task And_comes_back()
    {
        var (supplier, app) = (await Actors.SupplierAsync(), await Actors.SignerAsync());
        (await app.Quietly().Get("/api/v1/intents")).Expect(200);
        await supplier.Get("/health/ready");
        await supplier.Get("/api/user/me");

        line.Refuse();
        await ReadinessBecomesAsync(503);
        await supplier.Get("/health/ready");
        await supplier.Get("/health/live");
        await supplier.Get("/api/user/me");
        await supplier.Get("/api/v1/supply/billing");
        await app.Get("/api/v1/intents");
        await Actors.Stranger().Post("/auth/password/login", """{ "identifier": "nobody", "password": "nothing" }""");

        line.Resume();
        await ReadinessBecomesAsync(200);
        await supplier.Get("/api/user/me");

        Transcript.Matches();
    }

    private async Task ReadinessBecomesAsync(int status) => await Eventually.Async(
        () => Actors.Stranger().Quietly().Get("/health/ready"), one => one.Status == status, $"readiness {status}");

    protected override async Task<SupplyApiProcess> StartAsync()
    {
        var database = await TestDatabase.MigratedAsync();
        line = new ChaosProxy(database.Port);
        return await SupplyApiProcess.StartAsync(
            new() { ["ConnectionStrings__Supply"] = database.ConnectionStringThrough(line.Port) }, database);
    }
}

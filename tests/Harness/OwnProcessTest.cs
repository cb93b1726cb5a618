namespace SupplyApi.Tests.Harness;

/// <summary>
/// A test against a process and a database of its own: it changes what all share, or needs them fresh.
/// </summary>
public abstract class OwnProcessTest : ApiTest
{
    /// <summary>What the process is told besides the usual.</summary>
    protected virtual Dictionary<string, string> Settings { get; } = [];

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Api is { } own) await own.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task<SupplyApiProcess> StartAsync() => SupplyApiProcess.StartAsync(Settings);
}

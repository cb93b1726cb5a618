using System.Security.Cryptography;

namespace SupplyApi.Tests.Harness;

/// <summary>A test against two processes of its own on one database.</summary>
public abstract class TwoNodesTest : OwnProcessTest
{
    private SupplyApiProcess? other;

    protected SupplyApiProcess Other => other!;
    protected SupplyApiProcess[] Nodes => [Api, Other];

    /// <summary>What every node of this database must agree on.</summary>
    protected override Dictionary<string, string> Settings { get; } =
        new() { ["Supply__MasterKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        other = await SupplyApiProcess.StartAsync(Settings, Api.Database);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (other is not null) await other.DisposeAsync();
        await base.DisposeAsync();
    }
}

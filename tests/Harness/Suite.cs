using System.Diagnostics;

namespace SupplyApi.Tests.Harness;

/// <summary>What all tests share, each started by the first who asks, and what is judged when all are done.</summary>
public static class Suite
{
    private static readonly Lazy<Task<TestCluster>> Cluster = new(TestCluster.StartAsync);
    private static readonly Lazy<Task<TestCluster>> MigratedCluster = new(MigrateAsync);
    private static readonly Lazy<Task<UpstreamProcess>> Upstream = new(UpstreamProcess.StartAsync);
    private static readonly Lazy<Task<Receiver>> Sms = new(Receiver.StartAsync);
    private static readonly Lazy<Task<SupplyApiProcess>> Shared = new(() => SupplyApiProcess.StartAsync());
    private static readonly Lazy<Validator> TheValidator = new(Validator.Start);
    private static readonly Lazy<Contract> TheContract = new(static () => new Contract(Validator.Document));

    public static Contract Contract => TheContract.Value;
    internal static Validator Validator => TheValidator.Value;

    public static Task<SupplyApiProcess> SharedAsync() => Shared.Value;
    public static Task<UpstreamProcess> UpstreamAsync() => Upstream.Value;
    public static Task<Receiver> SmsAsync() => Sms.Value;
    public static Task<TestCluster> ClusterAsync() => Cluster.Value;
    public static Task<TestCluster> MigratedClusterAsync() => MigratedCluster.Value;

    /// <summary>Ends everything; what went wrong in doing so, and what only the end can tell, is a failure.</summary>
    public static async Task<IReadOnlyList<string>> FinishAsync(bool isFullRun)
    {
        var failures = new List<string>();
        await AttemptAsync("shared process", Shared, async process =>
        {
            if (await process.TerminateAsync() is not 0 and var code)
                failures.Add($"the shared process ended with {code}: {string.Join('\n', process.Errors.TakeLast(5))}");
            await process.DisposeAsync();
        });
        await AttemptAsync("money", Cluster, async _ => failures.AddRange(await MoneyProof.RunAsync()));
        await AttemptAsync("canary sweep", Cluster, static _ => CanarySweep.RunAsync());
        failures.AddRange(Canary.Sightings);
        if (isFullRun && TheValidator.IsValueCreated) failures.AddRange(ContractCoverage.Gaps());
        await AttemptAsync("text messages", Sms, static async one =>
        {
            _ = one.Deliveries; // Throws when one was not signed as it should be.
            await one.DisposeAsync();
        });
        await AttemptAsync("upstream", Upstream, static async one => await one.DisposeAsync());
        await AttemptAsync("cluster", Cluster, static async one => await one.DisposeAsync());
        foreach (var directory in SupplyApiProcess.DataDirectories.Where(Directory.Exists))
            Reaper.RemoveDirectory(directory);
        if (TheValidator.IsValueCreated) await Validator.DisposeAsync();
        return failures;

        async Task AttemptAsync<T>(string what, Lazy<Task<T>> lazy, Func<T, Task> end)
        {
            // What never started has been told by every test that asked for it.
            if (!lazy.IsValueCreated || !lazy.Value.IsCompletedSuccessfully) return;
            try
            {
                await end(await lazy.Value);
            }
            catch (Exception error) when (error is not UnreachableException)
            {
                failures.Add($"{what}: {error.Message}");
            }
        }
    }

    private static async Task<TestCluster> MigrateAsync()
    {
        var cluster = await Cluster.Value;
        var migrated = await SupplyApiProcess.MigrateAsync(cluster.ConnectionString(TestCluster.TemplateName));
        return migrated.ExitCode == 0
            ? cluster
            : throw new InvalidOperationException($"`supply migrate` failed: {string.Join('\n', migrated.Errors)}");
    }
}

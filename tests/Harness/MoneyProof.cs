using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>What holds for the money of every database, whatever a test did to its service.</summary>
internal static class MoneyProof
{
    private const int AtOnce = 2;
    private const string Sum = "select coalesce(sum(balance), 0) from ledger_accounts";

    /// <summary>One statement, and so one snapshot: also while other tests are at work.</summary>
    internal static async Task SumsToZeroAsync(TestDatabase database)
    {
        if (!IsWhole(database)) return;
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(Sum, connection);
        Assert.Equal(0m, await command.ExecuteScalarAsync());
    }

    /// <summary>`supply verify-ledger` in the midst of a test.</summary>
    internal static async Task HoldsAsync(SupplyApiProcess api)
    {
        var verdict = await api.RunAsync("verify-ledger");
        Assert.True(verdict.ExitCode == 0, string.Join('\n', [.. verdict.Output, .. verdict.Errors]));
    }

    /// <summary>`supply verify-ledger` over every database of the run; answers with what is broken.</summary>
    internal static async Task<IReadOnlyList<string>> RunAsync()
    {
        var broken = new List<string>();
        await Parallel.ForEachAsync(
            TestDatabase.All.Where(IsWhole), new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (database, _) =>
            {
                var settings = await SupplyApiProcess.SettingsAsync("verify-ledger", database.ConnectionString);
                var verdict = await SupplyApiProcess.RunAsync(settings, "verify-ledger");
                if (verdict.ExitCode == 0) return;
                var said = string.Join(' ', [.. verdict.Output, .. verdict.Errors]);
                lock (broken) broken.Add($"{database.Name}: {said}");
            });
        return broken;
    }

    private static bool IsWhole(TestDatabase database) => database is { IsMigrated: true, IsTampered: false };
}

using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server.Features;
using SupplyApi.Host.Database;

namespace SupplyApi.Host;

/// <summary>What the binary can be asked to do. Exit codes: 0 done, 1 no, 2 a setting is wrong.</summary>
internal static class Commands
{
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(3);

    internal static int Usage()
    {
        Console.Error.WriteLine(
            "supply: usage: supply [serve | migrate | check [--operations] | verify-ledger | "
            + "verify-statement FILE [--keys JWKS] | health]");
        return 2;
    }

    internal static async Task<int> ServeAsync()
    {
        var settings = ReadSettings();
        var masterKey = MasterKey.Find(settings);
        await using var database = await OpenDatabase.OpenAsync(settings, CancellationToken.None);
        await database.TryAsync(db => Migrator.RunAsync(db, settings.ClockOffset, CancellationToken.None));
        await using var app = Composition.Build(settings, masterKey, database.Source);
        try
        {
            await app.StartAsync();
        }
        catch (IOException error)
        {
            throw new SettingsException("ASPNETCORE_URLS", error.Message.ReplaceLineEndings(" "));
        }

        var address = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await Console.Out.WriteLineAsync($"supply: listening on {address}");
        if (settings.ConnectionString is null)
        {
            await Console.Out.WriteLineAsync($"supply: data in {settings.DataDirectory} (PostgreSQL embedded)");
            await Console.Out.WriteLineAsync($"supply: documentation at {address}/docs");
            await Console.Out.WriteLineAsync(
                "supply: next: make the first admin with POST /api/setup (README, \"The main job\")");
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    internal static async Task<int> MigrateAsync()
    {
        var settings = ReadSettings();
        await using var database = await OpenDatabase.OpenAsync(settings, CancellationToken.None);
        var applied = await database.TryAsync(
            db => Migrator.RunAsync(db, settings.ClockOffset, CancellationToken.None));
        foreach (var name in applied) await Console.Out.WriteLineAsync($"applied {name}");
        await Console.Out.WriteLineAsync(
            applied.Count == 0 ? "the schema is up to date" : $"{applied.Count} migrations applied");
        return 0;
    }

    internal static async Task<int> CheckAsync()
    {
        var settings = ReadSettings();
        MasterKey.Find(settings);
        await Console.Out.WriteLineAsync("settings: good");
        await using var database = await OpenDatabase.VisitAsync(settings, CancellationToken.None);
        return await database.TryAsync(static db => Check.RunAsync(db, CancellationToken.None)) ? 0 : 1;
    }

    /// <summary>Recomputes every balance and every chain; names the first row that is not as it should be.</summary>
    internal static async Task<int> VerifyLedgerAsync()
    {
        var settings = ReadSettings();
        await using var database = await OpenDatabase.VisitAsync(settings, CancellationToken.None);
        return await database.TryAsync(static db => Check.VerifyLedgerAsync(db, CancellationToken.None)) ? 0 : 1;
    }

    /// <summary>One line per endpoint: method, path as in openapi.yaml, operationId.</summary>
    internal static int ListOperations()
    {
        var settings = ReadSettings();
        using var nowhere = Postgres.Connect("Host=127.0.0.1");
        using var app = (IDisposable)Composition.Build(settings, new byte[Secrets.MasterKeyBytes], nowhere);
        foreach (var line in Check.Operations((IEndpointRouteBuilder)app)) Console.Out.WriteLine(line);
        return 0;
    }

    /// <summary>
    /// For the image's HEALTHCHECK, which has no curl: asks this machine's own service whether it is ready.
    /// </summary>
    internal static async Task<int> HealthAsync()
    {
        var address = ReadSettings().Addresses[0]
            .Replace("*", "127.0.0.1", StringComparison.Ordinal)
            .Replace("+", "127.0.0.1", StringComparison.Ordinal)
            .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
            .Replace("[::]", "[::1]", StringComparison.Ordinal);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var limit = new CancellationTokenSource(HealthPatience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(address), "/health/ready"));
            using var answer = await client.SendAsync(request, limit.Token);
            await Console.Out.WriteLineAsync($"{(int)answer.StatusCode}".ToString(CultureInfo.InvariantCulture));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"supply: {address} does not answer");
            return 1;
        }
    }

    internal static Settings ReadSettings() =>
        Settings.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
}

using SupplyApi.Host;

try
{
    return args switch
    {
        [] or ["serve"] => await Commands.ServeAsync(),
        ["migrate"] => await Commands.MigrateAsync(),
        ["check"] => await Commands.CheckAsync(),
        ["check", "--operations"] => Commands.ListOperations(),
        ["health"] => await Commands.HealthAsync(),
        _ => Commands.Usage(),
    };
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync($"supply: {error.Message}");
    return 2;
}

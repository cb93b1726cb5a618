using SupplyApi.Host;

try
{
    return args switch
    {
        [] or ["serve"] => await Commands.ServeAsync(),
        ["migrate"] => await Commands.MigrateAsync(),
        ["check"] => await Commands.CheckAsync(),
        ["check", "--operations"] => Commands.ListOperations(),
        ["verify-ledger"] => await Commands.VerifyLedgerAsync(),
        ["verify-statement", var file] => StatementCheck.Run(file, keysFile: null),
        ["verify-statement", var file, "--keys", var keys] => StatementCheck.Run(file, keys),
        ["health"] => await Commands.HealthAsync(),
        _ => Commands.Usage(),
    };
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync($"supply: {error.Message}");
    return 2;
}

namespace SupplyApi.Host.Database;

/// <summary>The slim Npgsql data source: only what we use, so that the native binary stays small.</summary>
internal static class Postgres
{
    internal static NpgsqlDataSource Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ContainsKey("Maximum Pool Size")) settings.MaxPoolSize = 32;
        if (!settings.ContainsKey("Timeout")) settings.Timeout = 5;
        if (!settings.ContainsKey("Command Timeout")) settings.CommandTimeout = 15;
        if (!settings.ContainsKey("Max Auto Prepare")) settings.MaxAutoPrepare = 200;
        if (!settings.ContainsKey("Auto Prepare Min Usages")) settings.AutoPrepareMinUsages = 2;
        settings.ApplicationName ??= "supply";

        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays().EnableTransportSecurity();
        return builder.Build();
    }
}

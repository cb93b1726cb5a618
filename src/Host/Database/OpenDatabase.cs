namespace SupplyApi.Host.Database;

/// <summary>
/// The database that the settings name: a server of others, or the embedded one for as long as this lives.
/// </summary>
internal sealed class OpenDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? embedded;

    private OpenDatabase(NpgsqlDataSource source, EmbeddedPostgres? embedded)
    {
        Source = source;
        this.embedded = embedded;
    }

    internal NpgsqlDataSource Source { get; }

    /// <summary>For looking only: beside a running service its embedded server is asked rather than started.</summary>
    internal static async Task<OpenDatabase> VisitAsync(Settings settings, CancellationToken ct) =>
        settings.ConnectionString is null
        && await EmbeddedPostgres.FindRunningAsync(settings.DataDirectory, ct) is { } running
            ? new OpenDatabase(Postgres.Connect(running), null)
            : await OpenAsync(settings, ct);

    internal static async Task<OpenDatabase> OpenAsync(Settings settings, CancellationToken ct)
    {
        if (settings.ConnectionString is { } external) return new OpenDatabase(Postgres.Connect(external), null);

        var postgres = await EmbeddedPostgres.StartAsync(settings.DataDirectory, ct);
        return new OpenDatabase(Postgres.Connect(postgres.ConnectionString), postgres);
    }

    /// <summary>The first use of the database: what fails here is a setting, and is said in one line.</summary>
    internal async Task<T> TryAsync<T>(Func<NpgsqlDataSource, Task<T>> use)
    {
        try
        {
            return await use(Source);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            throw new SettingsException("ConnectionStrings__Supply", error.Message.ReplaceLineEndings(" "));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (embedded is not null) await embedded.DisposeAsync();
    }
}

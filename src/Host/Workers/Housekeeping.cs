namespace SupplyApi.Host.Workers;

/// <summary>
/// Makes the months of the big tables ahead of time and forgets answers to repeats whose time is over. Every node does;
/// the database lets one at a time.
/// </summary>
internal sealed partial class Housekeeping(NpgsqlDataSource db, TimeProvider clock, ILogger<Housekeeping> logger)
    : BackgroundService
{
    private const int MonthsAhead = 2;
    private const int ForgottenAtOnce = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(1);

    private const string MakeMonths = "select make_month_partitions($1, $2)";

    private const string Forget = """
        delete from idempotency_records
         where ctid in (select ctid from idempotency_records where expires_at < $1 limit $2 for update skip locked)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                await Task.Delay(Pause, stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                Failed(logger, error.Message);
                await Task.Delay(PauseAfterFailure, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RunOnceAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.Command(MakeMonths).With(now).With(MonthsAhead).RunAsync(ct);
        while (await connection.Command(Forget).With(now).With(ForgottenAtOnce).RunAsync(ct) == ForgottenAtOnce) { }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping could not be done: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

namespace SupplyApi.Host.Workers;

/// <summary>
/// Makes the months of the big tables ahead of time; every node may, the database lets one at a time.
/// </summary>
internal sealed partial class PartitionMaker(NpgsqlDataSource db, TimeProvider clock, ILogger<PartitionMaker> logger)
    : BackgroundService
{
    private const int MonthsAhead = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(6);

    private const string Make = "select make_month_partitions($1, $2)";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await db.OpenConnectionAsync(stoppingToken);
                await connection.Command(Make).With(clock.GetUtcNow()).With(MonthsAhead).RunAsync(stoppingToken);
                await Task.Delay(Pause, stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                Failed(logger, error.Message);
                await Task.Delay(TimeSpan.FromMinutes(1), stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Month partitions could not be made: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Host.Workers;

/// <summary>
/// Tells the other nodes that this one lives: a row that is refreshed, and a session lock that dies with the process.
/// </summary>
internal sealed partial class NodePresence(
    NpgsqlDataSource db, Node node, Leases leases, TimeProvider clock, ILogger<NodePresence> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    // The server finds out soon when the line is dead, and lets go of the lock.
    private const string NoticeDeath =
        "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3";

    private const string TryLock = "select pg_try_advisory_lock($1)";

    private const string Seen = """
        insert into nodes (node_id, started_at, seen_at) values ($1, $2, $2)
            on conflict (node_id) do update set seen_at = excluded.seen_at
        """;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await db.OpenConnectionAsync(cancellationToken);
        await connection.Command(Seen).With(node.Id).With(clock.GetUtcNow()).RunAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await db.OpenConnectionAsync(stoppingToken);
                await connection.Command(NoticeDeath).RunAsync(stoppingToken);
                var isLocked = false; // The ghost of an earlier line may have it for a while.
                while (true)
                {
                    isLocked = isLocked
                        || await connection.Command(TryLock).With(node.Id).ValueAsync<bool>(stoppingToken);
                    await connection.Command(Seen).With(node.Id).With(clock.GetUtcNow()).RunAsync(stoppingToken);
                    if (!node.IsHeard) leases.Forget();
                    node.Heard();
                    await Task.Delay(Beat, stoppingToken);
                }
            }
            catch (Exception error) when (error.IsOfDatabase())
            {
                Lost(logger, error.Message);
                await Task.Delay(Beat, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not hear this node: {Reason}")]
    private static partial void Lost(ILogger logger, string reason);
}

using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Host.Workers;

/// <summary>
/// Gives back what a dead node held. A node is dead when its lock is free and it was not seen for a while.
/// </summary>
internal sealed partial class HoldSweeper(Holds holds, TimeProvider clock, ILogger<HoldSweeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, SweepAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> SweepAsync(CancellationToken ct)
    {
        var voided = await holds.SweepAsync(clock.GetUtcNow(), ct);
        if (voided > 0) Swept(logger, voided);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} holds of dead nodes were voided")]
    private static partial void Swept(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Holds could not be swept: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

using SupplyApi.Features.Gateway.Charging;

namespace SupplyApi.Host.Workers;

/// <summary>Gives back what this node took ahead and does not use, and what dead nodes can use no more.</summary>
internal sealed partial class LeaseKeeping(Leases leases, DeadNodes dead, ILogger<LeaseKeeping> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, KeepAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> KeepAsync(CancellationToken ct)
    {
        await dead.AdoptAsync(ct);
        await dead.SweepAsync(ct);
        await leases.CloseIdleAsync(all: false, ct);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Leases could not be given back: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

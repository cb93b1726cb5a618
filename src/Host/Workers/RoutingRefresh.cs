using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Host.Workers;

/// <summary>Keeps the routes of this node up to date; the first ones are there before the first request.</summary>
internal sealed class RoutingRefresh(RoutingFeed feed, RoutingTable table) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        try
        {
            await table.RefreshAsync().WaitAsync(Patience, cancellationToken);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            // The database is away for a moment: the routes come when it does.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(feed.RunAsync(stoppingToken), table.RunAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}

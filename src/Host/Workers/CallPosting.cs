using System.Diagnostics;
using SupplyApi.Features.Gateway.Charging;

namespace SupplyApi.Host.Workers;

/// <summary>
/// Posts calls as they come. Where more came during a batch it leaves the processor to them: it rests some times as
/// long as the batch took, while what waits is little. At the end of the process it posts everything and gives the
/// leases back.
/// </summary>
internal sealed partial class CallPosting(
    Posting posting, Journal journal, Leases leases, ILogger<CallPosting> logger) : BackgroundService
{
    /// <summary>So many bytes of calls that wait are not many.</summary>
    private const long WaitingLittle = 256L << 20;
    private const int RestPerWork = 8;
    private static readonly TimeSpan RestMax = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastChance = TimeSpan.FromSeconds(10);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        journal.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LastChance);
        try
        {
            while (await posting.PostAsync(limit.Token) > 0) { }
            await leases.CloseIdleAsync(all: true, limit.Token);
        }
        catch (Exception error) when (IsPassing(error) || error is OperationCanceledException)
        {
            Left(logger, journal.Waiting, error.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (began, before) = (Stopwatch.GetTimestamp(), journal.Appended);
                var posted = await posting.PostAsync(stoppingToken);
                if (posted == 0) await journal.WaitAsync(Quiet, stoppingToken);
                else if (journal.Appended > before && journal.Waiting < WaitingLittle)
                    await RestAsync(Stopwatch.GetElapsedTime(began) * RestPerWork, stoppingToken);
            }
            catch (Exception error) when (IsPassing(error))
            {
                Failed(logger, journal.Waiting, error.Message);
                await Task.Delay(PauseAfterFailure, CancellationToken.None);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static Task RestAsync(TimeSpan span, CancellationToken ct) =>
        Task.Delay(span < RestMax ? span : RestMax, ct);

    // A disk or a database that does not answer now may do so later; meanwhile the calls are in the journal.
    private static bool IsPassing(Exception error) =>
        error.IsOfDatabase() || error is IOException or InvalidOperationException;

    [LoggerMessage(Level = LogLevel.Error, Message = "Calls could not be posted yet, {Bytes} bytes wait: {Reason}")]
    private static partial void Failed(ILogger logger, long bytes, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Bytes} bytes of calls stay in the journal until the next start: {Reason}")]
    private static partial void Left(ILogger logger, long bytes, string reason);
}

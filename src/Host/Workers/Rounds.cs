namespace SupplyApi.Host.Workers;

/// <summary>Work that comes round: again at once while there is more of it, else after a pause.</summary>
internal static class Rounds
{
    /// <param name="work">One round; true when there may be more to do.</param>
    /// <param name="failed">Told of a round that the database did not let happen; the next one tries again.</param>
    /// <param name="pauseAfterFailure">As long as any other pause unless told.</param>
    internal static async Task RunAsync(
        TimeSpan pause, Func<CancellationToken, Task<bool>> work, Action<string> failed, CancellationToken stop,
        TimeSpan? pauseAfterFailure = null)
    {
        try
        {
            while (true)
            {
                var next = pause;
                try
                {
                    while (await work(stop)) { }
                }
                catch (Exception error) when (error.IsOfDatabase())
                {
                    failed(error.Message);
                    next = pauseAfterFailure ?? pause;
                }

                await Task.Delay(next, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}

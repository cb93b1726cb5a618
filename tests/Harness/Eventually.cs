using System.Diagnostics;

namespace SupplyApi.Tests.Harness;

/// <summary>For what happens after the answer: settling, refreshing, coming back.</summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <param name="what">What to say when the patience is over, with what was last seen.</param>
    public static async Task<T> Async<T>(Func<Task<T>> look, Func<T, bool> isSo, string what, int seconds = 15)
    {
        for (var started = Stopwatch.StartNew(); ; await Task.Delay(Between))
        {
            var seen = await look();
            if (isSo(seen)) return seen;
            if (started.Elapsed.TotalSeconds > seconds)
                Assert.Fail($"after {seconds} s still not: {what}; last seen: {seen}");
        }
    }
}

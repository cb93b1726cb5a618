namespace SupplyApi.Features.Supply.Earnings;

/// <param name="Hold">How long a call's earning waits before it can be withdrawn.</param>
internal sealed record EarningTerms(TimeSpan Hold)
{
    internal bool IsMature(DateTimeOffset earnedAt, DateTimeOffset now) => now - earnedAt >= Hold;
}

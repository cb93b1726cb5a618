namespace SupplyApi.Features.Intents;

/// <summary>
/// DRAFT becomes SUBMITTED, that PROCESSING, and that COMPLETED or FAILED; until PROCESSING it can be CANCELLED.
/// </summary>
internal static class IntentStatus
{
    internal const string Draft = "DRAFT";
    internal const string Submitted = "SUBMITTED";
    internal const string Processing = "PROCESSING";
    internal const string Completed = "COMPLETED";
    internal const string Failed = "FAILED";
    internal const string Cancelled = "CANCELLED";

    internal static readonly string[] All = [Draft, Submitted, Processing, Completed, Failed, Cancelled];

    /// <summary>The app may still change it.</summary>
    internal static bool IsOpen(string status) => status is Draft or Submitted;

    /// <summary>Nothing is being bought for it, and nothing was.</summary>
    internal static bool MayGo(string status) => status is not (Processing or Completed);

    /// <summary>What an app may make of an intent that is open; staying what it is counts, too.</summary>
    internal static bool MayBecome(string from, string to) =>
        from == to || (from == Draft && to == Submitted) || (IsOpen(from) && to == Cancelled);
}

namespace SupplyApi.Features.Market;

/// <summary>PENDING becomes ACTIVE or INACTIVE, and ACTIVE becomes INACTIVE or EXPIRED, which are final.</summary>
internal static class SubscriptionStatus
{
    /// <summary>Null when good or absent; else what is wrong with the filter.</summary>
    internal static Refusal? Check(string? text) => text is null or "PENDING" or "ACTIVE" or "INACTIVE" or "EXPIRED"
        ? null
        : Errors.Invalid("status", "status must be PENDING, ACTIVE, INACTIVE or EXPIRED.");
}

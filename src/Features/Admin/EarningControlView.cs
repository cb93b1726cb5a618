namespace SupplyApi.Features.Admin;

/// <summary>An earning as those see it who correct or freeze it.</summary>
internal sealed record EarningControlView(
    long RecordId, long UserId, string EarningsType,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal Amount,
    string Status, string? Description, DateTime EarnedAt);

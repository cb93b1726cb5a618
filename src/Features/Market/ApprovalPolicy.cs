namespace SupplyApi.Features.Market;

/// <summary>
/// Whether a subscription becomes active at once. What is said of the product counts; of a product of which nothing is
/// said, the platform's own switch.
/// </summary>
internal static class ApprovalPolicy
{
    internal const string Setting = "subscriptions_auto_approve";

    /// <summary>The platform's switch, on unless an administrator turned it off; an expression.</summary>
    internal const string IsOn = $"""
        coalesce((select value from site_settings where name = '{Setting}'), 'true') <> 'false'
        """;

    /// <summary>The same for the row `product`.</summary>
    internal const string IsOnForProduct = $"coalesce(product.auto_approve, {IsOn})";
}

using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>A subscription as its owner sees it.</summary>
/// <param name="Reason">Why it ended before its time; null for everything else.</param>
/// <param name="AgreedPricePer1mInput">A call costs at most this; null for `auto`, and before it is active.</param>
internal sealed record SubscriptionView(
    string Id, string ConsumerId, string ProductId, string PlanId, string Model, string Status, string? Reason,
    DateTime CreatedAt, DateTime? ActivatedAt, DateTime? ExpiresAt,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? AgreedPricePer1mInput,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? AgreedPricePer1mOutput) : IRow<SubscriptionView>
{
    internal const string Prefix = "sub";

    /// <summary>Of the rows `subscription` and `product`.</summary>
    internal const string Columns = """
        subscription.id, subscription.consumer_id, subscription.product_id, subscription.package_id, product.model,
        subscription.status, subscription.reason, subscription.created_at, subscription.activated_at,
        subscription.expires_at, subscription.agreed_input_price, subscription.agreed_output_price,
        subscription.supplier_tenant_id
        """;

    [JsonIgnore]
    internal long Number { get; private init; }

    [JsonIgnore]
    internal long? SupplierTenantId { get; private init; }

    public static SubscriptionView Read(NpgsqlDataReader row) => new(
        PublicId.Of(Prefix, row.GetInt64(0)), PublicId.Of(PublicId.Consumer, row.GetInt64(1)),
        PublicId.Of(ProductView.Prefix, row.GetInt64(2)), Plan.IdOf(row.ValueOrNull<long>(3)), row.GetString(4),
        row.GetString(5), row.TextOrNull(6), row.GetDateTime(7), row.ValueOrNull<DateTime>(8),
        row.ValueOrNull<DateTime>(9), row.ValueOrNull<decimal>(10), row.ValueOrNull<decimal>(11))
    { Number = row.GetInt64(0), SupplierTenantId = row.ValueOrNull<long>(12) };
}

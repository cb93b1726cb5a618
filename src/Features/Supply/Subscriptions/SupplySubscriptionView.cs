namespace SupplyApi.Features.Supply.Subscriptions;

/// <summary>A subscription to one of the supplier's packages. Of the consumer only the id is told.</summary>
internal sealed record SupplySubscriptionView(
    long SubscriptionId, long PackageId, string Model, string Status, string? Reason, long ConsumerId,
    DateTime CreatedAt, DateTime? ActivatedAt, DateTime? ExpiresAt) : IRow<SupplySubscriptionView>
{
    /// <summary>Of the rows `subscription` and `product`.</summary>
    internal const string Columns = """
        subscription.id, subscription.package_id, product.model, subscription.status, subscription.reason,
        subscription.consumer_id, subscription.created_at, subscription.activated_at, subscription.expires_at
        """;

    private const string Find = $"""
        select {Columns}
          from subscriptions subscription
          join products product on product.id = subscription.product_id
         where subscription.id = $1 and subscription.supplier_tenant_id = $2
        """;

    public static SupplySubscriptionView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.TextOrNull(4), row.GetInt64(5),
        row.GetDateTime(6), row.ValueOrNull<DateTime>(7), row.ValueOrNull<DateTime>(8));

    internal static async Task<SupplySubscriptionView> FindAsync(
        NpgsqlConnection connection, long id, Caller caller, CancellationToken ct) =>
        (await connection.Command(Find).With(id).With(caller.TenantId).OneAsync<SupplySubscriptionView>(ct))!;
}

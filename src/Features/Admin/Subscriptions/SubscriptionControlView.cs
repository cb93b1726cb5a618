namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>A subscription as administrators see it.</summary>
/// <param name="UserId">Whose consumer subscribes; null once that is gone.</param>
/// <param name="PackageId">Null: the plan `auto`, about which only administrators decide.</param>
internal sealed record SubscriptionControlView(
    long SubscriptionId, long ConsumerId, long? UserId, long ProductId, long? PackageId, string Model, string Status,
    string? Reason, DateTime CreatedAt, DateTime? ActivatedAt, DateTime? ExpiresAt) : IRow<SubscriptionControlView>
{
    /// <summary>Everything that <see cref="Read"/> takes; a WHERE may follow.</summary>
    internal const string Select = """
        select subscription.id, subscription.consumer_id, consumer.user_id, subscription.product_id,
               subscription.package_id, product.model, subscription.status, subscription.reason,
               subscription.created_at, subscription.activated_at, subscription.expires_at
          from subscriptions subscription
          left join consumers consumer on consumer.id = subscription.consumer_id
          join products product on product.id = subscription.product_id
        """;

    private const string Find = $"{Select} where subscription.id = $1";

    public static SubscriptionControlView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.ValueOrNull<long>(2), row.GetInt64(3), row.ValueOrNull<long>(4),
        row.GetString(5), row.GetString(6), row.TextOrNull(7), row.GetDateTime(8), row.ValueOrNull<DateTime>(9),
        row.ValueOrNull<DateTime>(10));

    internal static async Task<SubscriptionControlView> FindAsync(
        NpgsqlConnection connection, long id, CancellationToken ct) =>
        (await connection.Command(Find).With(id).OneAsync<SubscriptionControlView>(ct))!;
}

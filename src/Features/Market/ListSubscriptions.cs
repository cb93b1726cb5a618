using NpgsqlTypes;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>A consumer's subscriptions in any state, newest first.</summary>
internal static class ListSubscriptions
{
    private const int NameMax = 100;

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers/{consumerId}/subscriptions", Handle)
        .WithName("listSubscriptions");

    private const string ConsumerExists =
        "select exists (select 1 from consumers where id = $1 and tenant_id = $2)";

    private const string Wanted = """
        from subscriptions subscription
          join products product on product.id = subscription.product_id
         where subscription.consumer_id = $1 and subscription.tenant_id = $2
           and ($3::text is null or subscription.status = $3) and ($4::bigint is null or product.id = $4)
           and ($5::text is null or position(lower($5) in lower(product.model)) > 0)
        """;

    private const string Count = $"select count(*) {Wanted}";

    private const string List = $"""
        select {SubscriptionView.Columns}
        {Wanted}
         order by subscription.id desc
        offset $6 limit $7
        """;

    private static async Task<IResult> Handle(
        string consumerId, string? page, string? size, string? status, string? productId, string? productName,
        Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        if (Page.Read(page, size, out var wanted, Page.PlatformSizeMax, "size") is { } badPage) return badPage;
        if (SubscriptionStatus.Check(status) is { } unknown) return unknown;
        if (productName is { Length: 0 or > NameMax })
            return Errors.Invalid("productName", $"productName must have 1 to {NameMax} characters.");
        long? product = null;
        if (productId is not null)
        {
            if (!PublicId.TryRead(ProductView.Prefix, productId, out var read))
                return Errors.Invalid("productId", "productId must be the id of a product, such as prod_12.");
            product = read;
        }

        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.Command(ConsumerExists).With(consumer).With(caller.TenantId).ValueAsync<bool>(ct))
            return Errors.NotFound("consumer");
        var total = await Filtered(connection.Command(Count)).ValueAsync<long>(ct);
        var subscriptions = await Filtered(connection.Command(List))
            .With(wanted.Offset).With(wanted.Size)
            .ListAsync<SubscriptionView>(ct);
        return TypedResults.Ok(new ContentPage<SubscriptionView>(subscriptions, wanted.Number, wanted.Size, total));

        NpgsqlCommand Filtered(NpgsqlCommand command) => command
            .With(consumer).With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text)
            .WithNullable(product, NpgsqlDbType.Bigint).WithNullable(productName, NpgsqlDbType.Text);
    }
}

[JsonSerializable(typeof(ContentPage<SubscriptionView>))]
internal sealed partial class ListSubscriptionsJson : JsonSerializerContext;

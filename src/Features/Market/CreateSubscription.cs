using NpgsqlTypes;
using SupplyApi.Features.Consumers;
using SupplyApi.Features.Supply.Billing;

namespace SupplyApi.Features.Market;

/// <summary>A consumer subscribes to a product: active at once, or once somebody has approved it.</summary>
internal static class CreateSubscription
{
    internal sealed record Request(string ProductId, string PlanId = Plan.Auto);

    private sealed record Obstacle(string? ConsumerStatus, bool IsProduct, bool IsPlan) : IRow<Obstacle>
    {
        public static Obstacle Read(NpgsqlDataReader row) =>
            new(row.TextOrNull(0), row.GetBoolean(1), row.GetBoolean(2));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/consumers/{consumerId}/subscriptions", Handle)
        .WithName("createSubscription");

    private const string OpenKey = "subscriptions_open_key";

    // One statement sees one moment: what it finds on sale is on sale, and a consumer that it finds may subscribe, and
    // does not go away before it has.
    private const string Insert = $"""
        with subscription as (
          insert into subscriptions (tenant_id, consumer_id, product_id, package_id, supplier_tenant_id, status,
                                     created_at, updated_at, activated_at, expires_at, agreed_input_price,
                                     agreed_output_price)
          select consumer.tenant_id, consumer.id, product.id, package.id, package.tenant_id,
                 case when policy.approves then 'ACTIVE' else 'PENDING' end, $1, $1,
                 case when policy.approves then $1 end, case when policy.approves then {Plan.EndsAt} end,
                 case when policy.approves then package.price_per_1m_input end,
                 case when policy.approves then package.price_per_1m_output end
            from consumers consumer
            join products product on product.id = $4
           cross join lateral (select {ApprovalPolicy.IsOnForProduct} as approves) policy
            left join supply_packages package
              on package.id = $5 and package.model = product.model and {Offers.IsPackageOnSale}
           where consumer.id = $2 and consumer.tenant_id = $3 and consumer.status = 'ACTIVE'
             and case when $5 is null then exists ({Offers.OfProduct}) else package.id is not null end
             for key share of consumer
          returning *
        )
        select {SubscriptionView.Columns}
          from subscription
          join products product on product.id = subscription.product_id
        """;

    // A package that was never on sale is nobody's business.
    private const string Explain = """
        select (select status from consumers where id = $1 and tenant_id = $2),
               exists (select 1 from products where id = $3),
               $4 is null
                 or exists (select 1
                              from supply_packages package
                              join products product on product.model = package.model
                             where package.id = $4 and product.id = $3 and package.published_at is not null)
        """;

    private static async Task<IResult> Handle(
        string consumerId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)) return Errors.NotFound("consumer");
        if (!PublicId.TryRead(ProductView.Prefix, body.ProductId, out var product)) return Errors.NotFound("product");
        if (!Plan.TryRead(body.PlanId, out var package)) return Errors.NotFound("plan");

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockedSubscription.ExpireOverdueAsync(connection, consumer, product, caller, now, ct);
        SubscriptionView? made;
        try
        {
            made = await connection.Command(Insert)
                .With(now).With(consumer).With(caller.TenantId).With(product)
                .WithNullable(package, NpgsqlDbType.Bigint)
                .OneAsync<SubscriptionView>(ct);
        }
        catch (PostgresException error) when (error.Violates(OpenKey))
        {
            return Errors.SubscriptionOpen;
        }

        if (made is null)
        {
            var explain = connection.Command(Explain)
                .With(consumer).With(caller.TenantId).With(product).WithNullable(package, NpgsqlDbType.Bigint);
            return Explained((await explain.OneAsync<Obstacle>(ct))!);
        }

        if (made.Status == "ACTIVE") await OrderCount.AddAsync(connection, made.Number, now, ct);
        await new LockedSubscription(
            made.Number, caller.TenantId, consumer, product, package, made.Model, made.SupplierTenantId, Status: null)
            .RecordAsync(connection, caller, "create", made.Status, null, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/consumers/{made.ConsumerId}/subscriptions/{made.Id}", made);
    }

    private static Refusal Explained(Obstacle obstacle) => obstacle switch
    {
        { ConsumerStatus: null } => Errors.NotFound("consumer"),
        { IsProduct: false } => Errors.NotFound("product"),
        { ConsumerStatus: not "ACTIVE" } => Errors.ConsumerInactive,
        { IsPlan: false } => Errors.NotFound("plan"),
        _ => Errors.PlanNotOnSale,
    };
}

[JsonSerializable(typeof(CreateSubscription.Request))]
[JsonSerializable(typeof(SubscriptionView))]
internal sealed partial class CreateSubscriptionJson : JsonSerializerContext;

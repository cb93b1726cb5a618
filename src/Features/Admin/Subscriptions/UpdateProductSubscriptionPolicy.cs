using NpgsqlTypes;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>An admin says it of one product, which wins over the platform's switch; null takes it back.</summary>
internal static class UpdateProductSubscriptionPolicy
{
    /// <summary>A product is nobody's own.</summary>
    private const long Platform = 0;

    internal sealed record Request(bool? AutoApprove);

    internal sealed record Response(long ProductId, string Model, bool? AutoApprove) : IRow<Response>
    {
        public static Response Read(NpgsqlDataReader row) =>
            new(row.GetInt64(0), row.GetString(1), row.ValueOrNull<bool>(2));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/products/{productId:long}/subscription-policy", Handle)
        .WithName("updateProductSubscriptionPolicy");

    private const string Lock = "select id, model, auto_approve from products where id = $1 for update";

    private const string Update =
        "update products set auto_approve = $2 where id = $1 returning id, model, auto_approve";

    private static async Task<IResult> Handle(
        long productId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(Lock).With(productId).OneAsync<Response>(ct);
        if (before is null) return Errors.NotFound("product");

        var after = await connection.Command(Update)
            .With(productId).WithNullable(body.AutoApprove, NpgsqlDbType.Boolean)
            .OneAsync<Response>(ct);
        await connection.AuditAsync(caller, new AuditEntry("admin.product.policy.update", "product", productId)
        {
            TenantId = Platform,
            Before = new() { ["auto_approve"] = before.AutoApprove },
            After = new() { ["auto_approve"] = body.AutoApprove },
        }, clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }
}

[JsonSerializable(typeof(UpdateProductSubscriptionPolicy.Request))]
[JsonSerializable(typeof(UpdateProductSubscriptionPolicy.Response))]
internal sealed partial class UpdateProductSubscriptionPolicyJson : JsonSerializerContext;

using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Market;

/// <summary>One model and its plans, also when nobody offers it right now.</summary>
internal static class GetProduct
{
    private const int PlansMax = 200;

    internal sealed record Response(
        string Id, string Name, IReadOnlyList<string> Providers, string Status, bool AutoApprove, long PlanCount,
        IReadOnlyList<Plan> Plans, DateTime CreatedAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/products/{productId}", Handle)
        .WithName("getProduct");

    private const string Find = $"""
        select {ProductView.Columns}
          from products product
         {ProductView.WithOffers}
         where product.id = $2
        """;

    private const string FindPlans = $"""
        select {Plan.Columns}
          from products product
          join supply_packages package on package.model = product.model
         where product.id = $2 and {Offers.IsPackageOnSale}
         order by package.price_per_1m_output, package.price_per_1m_input, package.published_at, package.id
         limit $3
        """;

    private static async Task<IResult> Handle(
        string productId, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!PublicId.TryRead(ProductView.Prefix, productId, out var id)) return Errors.NotFound("product");

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        var product = await connection.Command(Find).With(now).With(id).OneAsync<ProductView>(ct);
        if (product is null) return Errors.NotFound("product");

        var packages = await connection.Command(FindPlans).With(now).With(id).With(PlansMax).ListAsync<Plan>(ct);
        IReadOnlyList<Plan> plans = product.PlanCount == 0 ? [] : [Plan.AutoOf(product), .. packages];
        return TypedResults.Ok(new Response(
            product.Id, product.Name, product.Providers, product.Status, product.AutoApprove, product.PlanCount, plans,
            product.CreatedAt));
    }
}

[JsonSerializable(typeof(GetProduct.Response))]
internal sealed partial class GetProductJson : JsonSerializerContext;

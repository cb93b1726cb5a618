using NpgsqlTypes;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Market;

/// <summary>Every model that somebody offers right now, by name.</summary>
internal static class ListProducts
{
    private const int ModelMax = 100;

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/products", Handle)
        .WithName("listProducts");

    private const string Wanted = $"""
        from products product
         where ($2::text is null or position(lower($2) in lower(product.model)) > 0)
           and exists (select 1 from ({Offers.OfProduct}) offer where $3::text is null or offer.provider = $3)
        """;

    private const string Count = $"select count(*) {Wanted}";

    // What the offers come to is looked up of the page's products only.
    private const string List = $"""
        select {ProductView.Columns}
          from (select product.* {Wanted} order by product.model offset $4 limit $5) product
         {ProductView.WithOffers}
         order by product.model
        """;

    private static async Task<IResult> Handle(
        string? page, string? size, string? model, string? provider,
        NpgsqlDataSource db, Providers providers, TimeProvider clock, CancellationToken ct)
    {
        if (Page.Read(page, size, out var wanted, Page.PlatformSizeMax, "size") is { } badPage) return badPage;
        if (model is { Length: 0 or > ModelMax })
            return Errors.Invalid("model", $"model must have 1 to {ModelMax} characters.");
        if (provider is not null && !providers.Contains(provider))
            return Errors.Invalid("provider", $"provider must be one of {string.Join(", ", providers.Names)}.");

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await Filtered(connection.Command(Count)).ValueAsync<long>(ct);
        var products = await Filtered(connection.Command(List))
            .With(wanted.Offset).With(wanted.Size)
            .ListAsync<ProductView>(ct);
        return TypedResults.Ok(new ContentPage<ProductView>(products, wanted.Number, wanted.Size, total));

        NpgsqlCommand Filtered(NpgsqlCommand command) => command
            .With(now).WithNullable(model, NpgsqlDbType.Text).WithNullable(provider, NpgsqlDbType.Text);
    }
}

[JsonSerializable(typeof(ContentPage<ProductView>))]
internal sealed partial class ListProductsJson : JsonSerializerContext;

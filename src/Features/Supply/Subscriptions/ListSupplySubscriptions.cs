using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;
using SupplyApi.Features.Market;

namespace SupplyApi.Features.Supply.Subscriptions;

/// <summary>Who subscribes to the supplier's packages, newest first.</summary>
internal static class ListSupplySubscriptions
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/subscriptions", Handle)
        .WithName("listSupplySubscriptions");

    private const string Wanted = """
        from subscriptions subscription
          join products product on product.id = subscription.product_id
         where subscription.supplier_tenant_id = $1 and ($2::text is null or subscription.status = $2)
        """;

    private const string Count = $"select count(*) {Wanted}";

    private const string List = $"""
        select {SupplySubscriptionView.Columns}
        {Wanted}
         order by subscription.id desc
        offset $3 limit $4
        """;

    private static async Task<IResult> Handle(
        string? page, [FromQuery(Name = "page_size")] string? pageSize, string? status,
        Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        if (Page.Read(page, pageSize, out var wanted) is { } badPage) return badPage;
        if (SubscriptionStatus.Check(status) is { } unknown) return unknown;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await Filtered(connection.Command(Count)).ValueAsync<long>(ct);
        var subscriptions = await Filtered(connection.Command(List))
            .With(wanted.Offset).With(wanted.Size)
            .ListAsync<SupplySubscriptionView>(ct);
        return TypedResults.Ok(
            new PagedEnvelope<SupplySubscriptionView>(caller.RequestId, subscriptions, wanted.Of(total)));

        NpgsqlCommand Filtered(NpgsqlCommand command) => command
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text);
    }
}

[JsonSerializable(typeof(PagedEnvelope<SupplySubscriptionView>))]
internal sealed partial class ListSupplySubscriptionsJson : JsonSerializerContext;

using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;
using SupplyApi.Features.Market;

namespace SupplyApi.Features.Admin.Subscriptions;

/// <summary>Subscriptions of all consumers, the oldest first: the PENDING ones are to be decided.</summary>
internal static class ListMarketSubscriptions
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/subscriptions", Handle)
        .WithName("listMarketSubscriptions");

    private const string Count = "select count(*) from subscriptions where $1::text is null or status = $1";

    private const string List = $"""
        {SubscriptionControlView.Select}
         where $1::text is null or subscription.status = $1
         order by subscription.id
        offset $2 limit $3
        """;

    private static async Task<IResult> Handle(
        string? status, string? page, [FromQuery(Name = "page_size")] string? pageSize,
        NpgsqlDataSource db, CancellationToken ct)
    {
        if (SubscriptionStatus.Check(status) is { } unknown) return unknown;
        if (Page.Read(page, pageSize, out var wanted, Page.PlatformSizeMax) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await connection.Command(Count).WithNullable(status, NpgsqlDbType.Text).ValueAsync<long>(ct);
        var subscriptions = await connection.Command(List)
            .WithNullable(status, NpgsqlDbType.Text).With(wanted.Offset).With(wanted.Size)
            .ListAsync<SubscriptionControlView>(ct);
        return TypedResults.Ok(
            new ItemPage<SubscriptionControlView>(subscriptions, total, wanted.Number, wanted.Size));
    }
}

[JsonSerializable(typeof(ItemPage<SubscriptionControlView>))]
internal sealed partial class ListMarketSubscriptionsJson : JsonSerializerContext;

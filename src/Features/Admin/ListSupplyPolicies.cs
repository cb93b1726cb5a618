using Microsoft.AspNetCore.Mvc;

namespace SupplyApi.Features.Admin;

/// <summary>The policy of every provider; one that nobody has set yet lets everything be sold at any price.</summary>
internal static class ListSupplyPolicies
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/supply-policies", Handle)
        .WithName("listSupplyPolicies");

    private const string Count = "select count(*) from supply_policies";

    private const string List = $"""
        {SupplyPolicyView.Select}
         order by policy.provider
        offset $1 limit $2
        """;

    private static async Task<IResult> Handle(
        string? page, [FromQuery(Name = "page_size")] string? pageSize, NpgsqlDataSource db, CancellationToken ct)
    {
        if (Page.Read(page, pageSize, out var wanted, Page.PlatformSizeMax) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await connection.Command(Count).ValueAsync<long>(ct);
        var policies = await connection.Command(List)
            .With(wanted.Offset).With(wanted.Size)
            .ListAsync<SupplyPolicyView>(ct);
        return TypedResults.Ok(new ItemPage<SupplyPolicyView>(policies, total, wanted.Number, wanted.Size));
    }
}

[JsonSerializable(typeof(ItemPage<SupplyPolicyView>))]
internal sealed partial class ListSupplyPoliciesJson : JsonSerializerContext;

using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;

namespace SupplyApi.Features.Supply.Packages;

/// <summary>The supplier's packages, newest first.</summary>
internal static class ListSupplyPackages
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/packages", Handle)
        .WithName("listSupplyPackages");

    private const string Wanted = """
        from supply_packages
         where tenant_id = $1 and ($2 is null or status = $2) and ($3 is null or model = $3)
           and ($4 is null or supply_account_id = $4)
        """;

    private const string Count = $"select count(*) {Wanted}";

    // Ids are given in the order of creation, and unlike times no two are the same.
    private const string List = $"""
        select {PackageView.Columns}
        {Wanted}
         order by id desc
        offset $5 limit $6
        """;

    private static async Task<IResult> Handle(
        string? page, [FromQuery(Name = "page_size")] string? pageSize, string? status, string? model,
        [FromQuery(Name = "supply_account_id")] string? account,
        Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        if (Page.Read(page, pageSize, out var wanted) is { } badPage) return badPage;
        if (status is not (null or "draft" or "active" or "paused" or "sold_out" or "expired"))
            return Errors.Invalid("status", "status must be draft, active, paused, sold_out or expired.");
        if (!TryId(account, out var accountId))
            return Errors.Invalid("supply_account_id", "supply_account_id must be a whole number from 1.");

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await Filtered(connection.Command(Count)).ValueAsync<long>(ct);
        var packages = await Filtered(connection.Command(List))
            .With(wanted.Offset).With(wanted.Size)
            .ListAsync<PackageView>(ct);
        return TypedResults.Ok(new PagedEnvelope<PackageView>(caller.RequestId, packages, wanted.Of(total)));

        NpgsqlCommand Filtered(NpgsqlCommand command) => command
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text).WithNullable(model, NpgsqlDbType.Text)
            .WithNullable(accountId, NpgsqlDbType.Bigint);
    }

    private static bool TryId(string? text, out long? id)
    {
        id = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : null;
        return text is null || id > 0;
    }
}

[JsonSerializable(typeof(PagedEnvelope<PackageView>))]
internal sealed partial class ListSupplyPackagesJson : JsonSerializerContext;

namespace SupplyApi.Features.Supply.Packages;

/// <summary>One package of the supplier, whatever its state.</summary>
internal static class GetSupplyPackage
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/packages/{packageId:long}", Handle)
        .WithName("getSupplyPackage");

    private const string Find = $"""
        select {PackageView.Columns}
          from supply_packages
         where id = $1 and tenant_id = $2
        """;

    private static async Task<IResult> Handle(
        long packageId, Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var package = await connection.Command(Find).With(packageId).With(caller.TenantId).OneAsync<PackageView>(ct);
        return package is null
            ? Errors.NotFound("package")
            : TypedResults.Ok(new Envelope<PackageView>(caller.RequestId, package));
    }
}

[JsonSerializable(typeof(Envelope<PackageView>))]
internal sealed partial class GetSupplyPackageJson : JsonSerializerContext;

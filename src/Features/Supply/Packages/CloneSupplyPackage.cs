namespace SupplyApi.Features.Supply.Packages;

/// <summary>The same offer once more, a draft with its whole quota: the way back from expired and sold out.</summary>
internal static class CloneSupplyPackage
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/packages/{packageId:long}/clone", Handle)
        .WithName("cloneSupplyPackage");

    // Whether the account still can carry it is asked when it is published.
    private const string Clone = $"""
        insert into supply_packages (tenant_id, supply_account_id, model, total_quota, available_quota,
                                     price_per_1m_input, price_per_1m_output, valid_days, max_concurrent,
                                     rate_limit_rpm, status, created_at, updated_at)
        select tenant_id, supply_account_id, model, total_quota, total_quota, price_per_1m_input, price_per_1m_output,
               valid_days, max_concurrent, rate_limit_rpm, 'draft', $3, $3
          from supply_packages
         where id = $1 and tenant_id = $2
        returning {PackageView.Columns}
        """;

    private static async Task<IResult> Handle(
        long packageId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var draft = await connection.Command(Clone)
            .With(packageId).With(caller.TenantId).With(now)
            .OneAsync<PackageView>(ct);
        if (draft is null) return Errors.NotFound("package");

        await connection.AuditAsync(caller, new AuditEntry("supply.package.clone", "supply_package", draft.PackageId)
        {
            After = new() { ["status"] = "draft", ["cloned_from"] = packageId },
        }, now, ct);
        await connection.AnnounceAsync(caller.TenantId, "supply.package.clone.success",
            new() { ["package_id"] = draft.PackageId, ["cloned_from"] = packageId }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created((string?)null, new Envelope<PackageView>(caller.RequestId, draft));
    }
}

[JsonSerializable(typeof(Envelope<PackageView>))]
internal sealed partial class CloneSupplyPackageJson : JsonSerializerContext;

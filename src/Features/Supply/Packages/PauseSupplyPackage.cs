namespace SupplyApi.Features.Supply.Packages;

/// <summary>active becomes paused: nobody new buys, calls in flight go on.</summary>
internal static class PauseSupplyPackage
{
    internal sealed record Response(long PackageId, string Status, DateTime UpdatedAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/packages/{packageId:long}/pause", Handle)
        .WithName("pauseSupplyPackage");

    private const string Lock = "select status from supply_packages where id = $1 and tenant_id = $2 for update";

    private const string Pause =
        "update supply_packages set status = 'paused', updated_at = $3 where id = $1 and tenant_id = $2";

    private static async Task<IResult> Handle(
        long packageId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var status = await connection.Command(Lock).With(packageId).With(caller.TenantId).ValueAsync<string>(ct);
        if (status is null) return Errors.NotFound("package");
        if (status != "active") return Errors.PackageState(status, "paused");

        // Only after the wait for the lock: the audit log is read in the order of its times.
        var now = clock.GetUtcNow();
        await connection.Command(Pause).With(packageId).With(caller.TenantId).With(now).RunAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.package.pause", "supply_package", packageId)
        {
            Before = new() { ["status"] = status },
            After = new() { ["status"] = "paused" },
        }, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.package.pause.success", new() { ["package_id"] = packageId }, now, ct);
        await transaction.CommitAsync(ct);
        var response = new Response(packageId, "paused", now.UtcDateTime);
        return TypedResults.Ok(new Envelope<Response>(caller.RequestId, response));
    }
}

[JsonSerializable(typeof(Envelope<PauseSupplyPackage.Response>))]
internal sealed partial class PauseSupplyPackageJson : JsonSerializerContext;

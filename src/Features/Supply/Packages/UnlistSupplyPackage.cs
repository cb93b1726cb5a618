namespace SupplyApi.Features.Supply.Packages;

/// <summary>active or paused becomes expired for good, and what it earned is due to be reconciled.</summary>
internal static class UnlistSupplyPackage
{
    internal sealed record Response(long PackageId, string Status, DateTime UpdatedAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/packages/{packageId:long}/unlist", Handle)
        .WithName("unlistSupplyPackage");

    private const string Lock = "select status from supply_packages where id = $1 and tenant_id = $2 for update";

    private const string Unlist =
        "update supply_packages set status = 'expired', updated_at = $3 where id = $1 and tenant_id = $2";

    private const string InsertTask = """
        insert into reconciliation_tasks (tenant_id, task_id, package_id, due_at, created_at)
        values ($1, $2, $3, $4, $5)
        """;

    private static async Task<IResult> Handle(
        long packageId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var status = await connection.Command(Lock).With(packageId).With(caller.TenantId).ValueAsync<string>(ct);
        if (status is null) return Errors.NotFound("package");
        if (status is not ("active" or "paused")) return Errors.PackageState(status, "unlisted");

        // Only after the wait for the lock: the audit log is read in the order of its times.
        var now = clock.GetUtcNow();
        await connection.Command(Unlist).With(packageId).With(caller.TenantId).With(now).RunAsync(ct);
        await connection.Command(InsertTask)
            .With(caller.TenantId).With(Guid.CreateVersion7(now)).With(packageId).With(DueAt(now)).With(now)
            .RunAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.package.unlist", "supply_package", packageId)
        {
            Before = new() { ["status"] = status },
            After = new() { ["status"] = "expired" },
        }, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.package.unlist.success", new() { ["package_id"] = packageId }, now, ct);
        await transaction.CommitAsync(ct);
        var response = new Response(packageId, "expired", now.UtcDateTime);
        return TypedResults.Ok(new Envelope<Response>(caller.RequestId, response));
    }

    // T+1: calls in flight may still be settled on the day of unlisting, so a whole day lies between.
    private static DateTime DueAt(DateTimeOffset now) => now.UtcDateTime.Date.AddDays(2);
}

[JsonSerializable(typeof(Envelope<UnlistSupplyPackage.Response>))]
internal sealed partial class UnlistSupplyPackageJson : JsonSerializerContext;

namespace SupplyApi.Features.Supply.Accounts;

/// <summary>active becomes suspended: its packages are no longer offered, calls in flight go on.</summary>
internal static class SuspendSupplyAccount
{
    internal sealed record Response(long AccountId, string Status, DateTime UpdatedAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/accounts/{accountId:long}/suspend", Handle)
        .WithName("suspendSupplyAccount");

    private const string Lock = """
        select status from supply_accounts where id = $1 and tenant_id = $2 and deleted_at is null for update
        """;

    private const string Suspend = """
        update supply_accounts
           set status = 'suspended', updated_at = $3
         where id = $1 and tenant_id = $2
        returning updated_at
        """;

    private static async Task<IResult> Handle(
        long accountId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var status = await connection.Command(Lock).With(accountId).With(caller.TenantId).ValueAsync<string>(ct);
        if (status is null) return Errors.NotFound("account");
        if (status != "active") return Errors.AccountState(status, "suspended");

        var now = clock.GetUtcNow();
        var updatedAt = await connection.Command(Suspend)
            .With(accountId).With(caller.TenantId).With(now).ValueAsync<DateTime>(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.suspend", "supply_account", accountId)
        {
            Before = new() { ["status"] = status },
            After = new() { ["status"] = "suspended" },
        }, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.account.suspend.success", new() { ["account_id"] = accountId }, now, ct);
        await transaction.CommitAsync(ct);
        var response = new Response(accountId, "suspended", updatedAt);
        return TypedResults.Ok(new Envelope<Response>(caller.RequestId, response));
    }
}

[JsonSerializable(typeof(Envelope<SuspendSupplyAccount.Response>))]
internal sealed partial class SuspendSupplyAccountJson : JsonSerializerContext;

namespace SupplyApi.Features.Supply.Accounts;

/// <summary>
/// An account goes for good. Packages and the books keep referring to its row, so the row is marked and the credential
/// in it overwritten.
/// </summary>
internal static class DeleteSupplyAccount
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/accounts/{accountId:long}", Handle)
        .WithName("deleteSupplyAccount");

    private const string Lock = """
        select status from supply_accounts where id = $1 and tenant_id = $2 and deleted_at is null for update
        """;

    // Publishing locks the account too, so nothing goes on sale after this was counted.
    private const string CountOnSale = """
        select count(*)
          from supply_packages
         where supply_account_id = $1 and tenant_id = $2 and status in ('active', 'paused')
        """;

    private const string Delete = """
        update supply_accounts
           set deleted_at = $3, updated_at = $3, credential = ''
         where id = $1 and tenant_id = $2
        """;

    private static async Task<IResult> Handle(
        long accountId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var status = await connection.Command(Lock).With(accountId).With(caller.TenantId).ValueAsync<string>(ct);
        if (status is null) return Errors.NotFound("account");
        if (status == "active") return Errors.AccountActive;
        if (status == "disabled") return Errors.AccountDisabled; // Or deleting would undo what an admin did.
        var onSale = await connection.Command(CountOnSale).With(accountId).With(caller.TenantId).ValueAsync<long>(ct);
        if (onSale > 0) return Errors.AccountHasPackages(onSale);

        var now = clock.GetUtcNow();
        await connection.Command(Delete).With(accountId).With(caller.TenantId).With(now).RunAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.delete", "supply_account", accountId)
        {
            Before = new() { ["status"] = status },
        }, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.account.delete.success", new() { ["account_id"] = accountId }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}

namespace SupplyApi.Features.Admin;

/// <summary>An admin gives a disabled account back, suspended: its supplier decides when it serves again.</summary>
internal static class RestoreSupplyAccount
{
    internal sealed record Response(long AccountId, string Status, DateTime UpdatedAt);

    private sealed record Row(long TenantId, string Status) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetString(1));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/supply-accounts/{accountId:long}/restore", Handle)
        .WithName("restoreSupplyAccount");

    private const string Lock =
        "select tenant_id, status from supply_accounts where id = $1 and deleted_at is null for update";

    private const string Restore =
        "update supply_accounts set status = 'suspended', updated_at = $2 where id = $1 returning updated_at";

    private static async Task<IResult> Handle(
        long accountId, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var account = await connection.Command(Lock).With(accountId).OneAsync<Row>(ct);
        if (account is null) return Errors.NotFound("account");
        if (account.Status != "disabled") return Errors.AccountState(account.Status, "restored");

        var now = clock.GetUtcNow();
        var updatedAt = await connection.Command(Restore).With(accountId).With(now).ValueAsync<DateTime>(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.restore", "supply_account", accountId)
        {
            TenantId = account.TenantId,
            Before = new() { ["status"] = account.Status },
            After = new() { ["status"] = "suspended" },
        }, now, ct);
        await connection.AnnounceAsync(
            account.TenantId, "supply.account.restore.success", new() { ["account_id"] = accountId }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Response(accountId, "suspended", updatedAt));
    }
}

[JsonSerializable(typeof(RestoreSupplyAccount.Response))]
internal sealed partial class RestoreSupplyAccountJson : JsonSerializerContext;

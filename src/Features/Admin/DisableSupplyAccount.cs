namespace SupplyApi.Features.Admin;

/// <summary>
/// An admin takes an account out of service for its risk: none of its packages is offered, only an admin restores it.
/// The supplier reads the reason in the account's audit log.
/// </summary>
internal static class DisableSupplyAccount
{
    internal sealed record Request(string Reason);

    internal sealed record Response(long AccountId, string Status, DateTime UpdatedAt);

    private sealed record Row(long TenantId, string Status) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetString(1));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/supply-accounts/{accountId:long}/disable", Handle)
        .WithName("disableSupplyAccount");

    private const string Lock =
        "select tenant_id, status from supply_accounts where id = $1 and deleted_at is null for update";

    private const string Disable =
        "update supply_accounts set status = 'disabled', updated_at = $2 where id = $1 returning updated_at";

    private static async Task<IResult> Handle(
        long accountId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (FreeText.Check("reason", body.Reason) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var account = await connection.Command(Lock).With(accountId).OneAsync<Row>(ct);
        if (account is null) return Errors.NotFound("account");
        if (account.Status == "disabled") return Errors.AccountState(account.Status, "disabled");

        var now = clock.GetUtcNow();
        var updatedAt = await connection.Command(Disable).With(accountId).With(now).ValueAsync<DateTime>(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.disable", "supply_account", accountId)
        {
            TenantId = account.TenantId,
            Before = new() { ["status"] = account.Status },
            After = new() { ["status"] = "disabled", ["reason"] = body.Reason },
        }, now, ct);
        await connection.AnnounceAsync(account.TenantId, "supply.account.disable.success",
            new() { ["account_id"] = accountId, ["reason"] = body.Reason }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Response(accountId, "disabled", updatedAt));
    }
}

[JsonSerializable(typeof(DisableSupplyAccount.Request))]
[JsonSerializable(typeof(DisableSupplyAccount.Response))]
internal sealed partial class DisableSupplyAccountJson : JsonSerializerContext;

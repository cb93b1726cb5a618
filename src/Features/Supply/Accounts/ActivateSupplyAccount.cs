namespace SupplyApi.Features.Supply.Accounts;

/// <summary>pending or suspended becomes active.</summary>
internal static class ActivateSupplyAccount
{
    internal sealed record Response(long AccountId, string Status, DateTime UpdatedAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/accounts/{accountId:long}/activate", Handle)
        .WithName("activateSupplyAccount");

    private const string Lock = """
        select status from supply_accounts where id = $1 and tenant_id = $2 and deleted_at is null for update
        """;

    private const string Activate = """
        update supply_accounts
           set status = 'active', updated_at = $3
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
        if (status == "disabled") return Errors.AccountDisabled;
        if (status == "active") return Errors.AccountState(status, "activated");

        var now = clock.GetUtcNow();
        var updatedAt = await connection.Command(Activate)
            .With(accountId).With(caller.TenantId).With(now).ValueAsync<DateTime>(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.activate", "supply_account", accountId)
        {
            Before = new() { ["status"] = status },
            After = new() { ["status"] = "active" },
        }, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.account.activate.success", new() { ["account_id"] = accountId }, now, ct);
        await transaction.CommitAsync(ct);
        var response = new Response(accountId, "active", updatedAt);
        return TypedResults.Ok(new Envelope<Response>(caller.RequestId, response));
    }
}

[JsonSerializable(typeof(Envelope<ActivateSupplyAccount.Response>))]
internal sealed partial class ActivateSupplyAccountJson : JsonSerializerContext;

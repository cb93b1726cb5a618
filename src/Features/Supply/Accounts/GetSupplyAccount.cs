namespace SupplyApi.Features.Supply.Accounts;

/// <summary>One of my accounts.</summary>
internal static class GetSupplyAccount
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/accounts/{accountId:long}", Handle)
        .WithName("getSupplyAccount");

    private const string Find = $"""
        select {AccountView.Columns}
          from supply_accounts
         where id = $1 and tenant_id = $2 and deleted_at is null
        """;

    private static async Task<IResult> Handle(
        long accountId, Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var account = await connection.Command(Find)
            .With(accountId).With(caller.TenantId)
            .OneAsync<AccountView>(ct);
        return account is null
            ? Errors.NotFound("account")
            : TypedResults.Ok(new Envelope<AccountView>(caller.RequestId, account));
    }
}

[JsonSerializable(typeof(Envelope<AccountView>))]
internal sealed partial class GetSupplyAccountJson : JsonSerializerContext;

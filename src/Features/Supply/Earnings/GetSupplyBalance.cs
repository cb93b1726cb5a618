namespace SupplyApi.Features.Supply.Earnings;

/// <summary>What of my earnings waits, can be withdrawn, is frozen, and is being withdrawn.</summary>
internal static class GetSupplyBalance
{
    internal sealed record Response(
        decimal Available, decimal Pending, decimal Frozen, decimal Withdrawing, string Currency);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/balance", Handle)
        .WithName("getSupplyBalance");

    private static async Task<IResult> Handle(Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var balances = await connection.BalancesAsync(caller.TenantId, ct);
        var mine = new Response(
            balances.GetValueOrDefault(Ledger.EarningsAvailable), balances.GetValueOrDefault(Ledger.EarningsPending),
            balances.GetValueOrDefault(Ledger.EarningsFrozen), balances.GetValueOrDefault(Ledger.Withdrawing),
            Money.Currency);
        return TypedResults.Ok(new Envelope<Response>(caller.RequestId, mine));
    }
}

[JsonSerializable(typeof(Envelope<GetSupplyBalance.Response>))]
internal sealed partial class GetSupplyBalanceJson : JsonSerializerContext;

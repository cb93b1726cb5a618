namespace SupplyApi.Features.Supply.Accounts;

/// <summary>
/// A supplier asks whether a credential would do, before mounting it. Nothing is kept but the audit row.
/// </summary>
internal static class VerifySupplyAccount
{
    internal sealed record Request(
        string Provider, string AccountType, string CredentialInput, decimal? MinQuotaThreshold = null)
        : AccountCheck.ICandidate
    {
        string? AccountCheck.ICandidate.AccountAlias => null;
    }

    internal sealed record Response(
        string VerifyStatus,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? AvailableQuota,
        int RiskScore, IReadOnlyList<AccountCheck.Item> CheckItems);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/accounts/verify", Handle)
        .WithName("verifySupplyAccount");

    private static async Task<IResult> Handle(
        Request body, Caller caller, AccountCheck check, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (check.CheckForm(body) is { } invalid) return invalid;
        var outcome = await check.AskProviderAsync(body, ct);
        if (outcome.Refusal is not null) return outcome.Refusal;

        var result = outcome.Value!;
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.verify", "supply_account", 0)
        {
            After = new()
            {
                ["provider"] = body.Provider,
                ["verify_status"] = result.Status,
                ["risk_score"] = result.RiskScore,
            },
        }, clock.GetUtcNow(), ct);
        return TypedResults.Ok(new Envelope<Response>(
            caller.RequestId, new Response(result.Status, result.AvailableQuota, result.RiskScore, result.Items)));
    }
}

[JsonSerializable(typeof(VerifySupplyAccount.Request))]
[JsonSerializable(typeof(Envelope<VerifySupplyAccount.Response>))]
internal sealed partial class VerifySupplyAccountJson : JsonSerializerContext;

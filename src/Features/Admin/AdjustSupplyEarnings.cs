using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Features.Admin;

/// <summary>An admin gives a supplier a bonus or takes a refund back; either is a record that counts at once.</summary>
internal static class AdjustSupplyEarnings
{
    private const decimal AmountMax = 1_000_000_000;

    internal sealed record Request(
        string EarningsType, [property: JsonConverter(typeof(MoneyTextJson))] decimal Amount, string Description);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/users/{userId:long}/earnings", Handle)
        .WithName("adjustSupplyEarnings");

    private const string FindTenant = "select tenant_id from users where id = $1";

    private static async Task<IResult> Handle(
        long userId, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (body.EarningsType is not ("bonus" or "refund"))
            return Errors.Invalid("earnings_type", "earnings_type must be bonus or refund.");
        if (body.Amount is <= 0 or > AmountMax || !Money.HasAtMostPlaces(body.Amount, Money.Places))
            return Errors.Invalid(
                "amount", $"amount must be above 0 and at most {AmountMax}, with at most {Money.Places} decimals.");
        if (FreeText.Check("description", body.Description) is { } badDescription) return badDescription;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var tenantId = await connection.Command(FindTenant).With(userId).ValueAsync<long>(ct);
        if (tenantId == 0) return Errors.NotFound("user");

        var now = clock.GetUtcNow();
        var amount = body.EarningsType == "refund" ? -body.Amount : body.Amount;
        var earning = new Earning(
            tenantId, userId, body.EarningsType, body.EarningsType, "available", body.Description);
        var id = await EarningBook.EnterAsync(connection, earning, new Turnover(amount, 0, amount), now, ct);
        var transfer = new Transfer(Guid.CreateVersion7(now), $"earnings.{body.EarningsType}", $"earning/{id}",
        [
            new Leg(tenantId, Ledger.Funding, -amount),
            new Leg(tenantId, Ledger.EarningsAvailable, amount),
        ]);
        if (!await connection.PostAsync(transfer, now, ct))
        {
            await transaction.RollbackAsync(ct);
            return Errors.InsufficientEarnings(
                await connection.BalanceAsync(tenantId, Ledger.EarningsAvailable, ct));
        }

        await RecordAsync(connection, caller, earning, (id, amount), now, ct);
        await transaction.CommitAsync(ct);
        var made = new EarningControlView(
            id, userId, earning.Type, amount, earning.Status, earning.Description, now.UtcDateTime);
        return TypedResults.Created((string?)null, made);
    }

    private static async Task RecordAsync(
        NpgsqlConnection connection, Caller caller, Earning earning, (long Id, decimal Amount) made,
        DateTimeOffset now, CancellationToken ct)
    {
        var amount = Money.Trim(made.Amount);
        var deed = $"supply.earnings.{earning.Type}";
        await connection.AuditAsync(caller, new AuditEntry(deed, "supply_earnings", made.Id)
        {
            TenantId = earning.TenantId,
            After = new()
            {
                ["status"] = earning.Status,
                ["amount"] = amount,
                ["description"] = earning.Description,
            },
        }, now, ct);
        await connection.AnnounceAsync(earning.TenantId, $"{deed}.success",
            new() { ["record_id"] = made.Id, ["amount"] = amount }, now, ct);
    }
}

[JsonSerializable(typeof(AdjustSupplyEarnings.Request))]
[JsonSerializable(typeof(EarningControlView))]
internal sealed partial class AdjustSupplyEarningsJson : JsonSerializerContext;

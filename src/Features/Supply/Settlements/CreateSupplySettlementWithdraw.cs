namespace SupplyApi.Features.Supply.Settlements;

/// <summary>A supplier asks for available earnings to be paid: one at a time, with a code from the phone.</summary>
internal static class CreateSupplySettlementWithdraw
{
    private const int CodeMin = 4;
    private const int CodeMax = 10;
    private const string OneOpen = "supply_settlements_one_open";
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(72);

    internal sealed record Request(
        decimal WithdrawAmount, string PaymentMethod, string PaymentAccount, string SmsCode);

    internal sealed record Response(
        long SettlementId, string SettlementNo, string Status, decimal TotalAmount, decimal FeeAmount,
        decimal NetAmount, string PaymentMethod, DateTime CreatedAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/settlements/withdraw", Handle)
        .WithName("createSupplySettlementWithdraw");

    private const string NextId = "select nextval(pg_get_serial_sequence('supply_settlements', 'id'))";

    private const string Insert = """
        insert into supply_settlements (id, settlement_no, tenant_id, user_id, status, total_amount, fee_amount,
                                        net_amount, payment_method, payment_account, payment_account_masked,
                                        created_at, updated_at)
        values ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11, $11)
        """;

    private static async Task<IResult> Handle(
        Request body, Caller caller, HttpContext http, Idempotency idempotency, WithdrawalCode code,
        WithdrawalTerms terms, Secrets secrets, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (WithdrawalTerms.CheckAmount(body.WithdrawAmount) is { } badAmount) return badAmount;
        if (PayoutAccount.Check(body.PaymentMethod, body.PaymentAccount) is { } badAccount) return badAccount;
        if (body.SmsCode.Length is < CodeMin or > CodeMax)
            return Errors.Invalid("sms_code", $"sms_code must have {CodeMin} to {CodeMax} characters.");

        var answer = await idempotency.OnceAsync<Request, Request, Envelope<Response>>(
            http, caller, new Attempt<Request>(body, StatusCodes.Status201Created, Remembered),
            before: async () => await code.TryAsync(caller, body.SmsCode, ct) ? body : Errors.SmsCode,
            work: async (connection, _) =>
            {
                var now = clock.GetUtcNow();
                var drawn = await DrawAsync(connection, body, caller, terms, secrets, now, ct);
                return drawn.Refusal is not null || await code.SpendAsync(connection, caller, body.SmsCode, now, ct)
                    ? drawn
                    : Errors.SmsCode;
            });
        if (answer is Refusal refusal && refusal.Code == Errors.LedgerDisagrees.Code)
            await ReportAsync(db, caller, clock.GetUtcNow(), ct);
        return answer;
    }

    private static async Task<Outcome<Envelope<Response>>> DrawAsync(
        NpgsqlConnection connection, Request body, Caller caller, WithdrawalTerms terms, Secrets secrets,
        DateTimeOffset now, CancellationToken ct)
    {
        var id = await connection.Command(NextId).ValueAsync<long>(ct);
        var (fee, net) = terms.Split(body.WithdrawAmount);
        var drawn = new Response(
            id, $"ST{now:yyyyMMdd}{id:D8}", "pending", body.WithdrawAmount, fee, net, body.PaymentMethod,
            now.UtcDateTime);
        var masked = PayoutAccount.Mask(body.PaymentAccount);
        try
        {
            // First of all: whoever else withdraws for this supplier waits here, and is told that one is open.
            await connection.Command(Insert)
                .With(id).With(drawn.SettlementNo).With(caller.TenantId).With(caller.UserId).With(drawn.TotalAmount)
                .With(fee).With(net).With(body.PaymentMethod)
                .With(secrets.Seal(body.PaymentAccount, PayoutAccount.SealedFor(id))).With(masked).With(now)
                .RunAsync(ct);
        }
        catch (PostgresException error) when (error.Violates(OneOpen))
        {
            return Errors.SettlementOpen;
        }

        var money = new SettlementMoney(caller.TenantId, id, drawn.TotalAmount, fee);
        if (await WithdrawalTerms.CheckPaceAsync(connection, money, now, ct) is { } tooFast) return tooFast;
        if (await SettlementBook.TakeAsync(connection, money, now, ct) is { } refusal) return refusal;

        await connection.AuditAsync(caller, new AuditEntry("supply.settlement.withdraw.create", "supply_settlement", id)
        {
            After = new()
            {
                ["status"] = drawn.Status,
                ["total_amount"] = drawn.TotalAmount,
                ["fee_amount"] = fee,
                ["net_amount"] = net,
                ["payment_method"] = body.PaymentMethod,
                ["payment_account"] = masked,
            },
        }, now, ct);
        await connection.AnnounceAsync(caller.TenantId, "supply.settlement.withdraw.success",
            new() { ["settlement_id"] = id, ["total_amount"] = drawn.TotalAmount, ["net_amount"] = net }, now, ct);
        return new Envelope<Response>(caller.RequestId, drawn);
    }

    // Apart from the withdrawal, which is rolled back: a broken rule must leave a trace.
    private static async Task ReportAsync(
        NpgsqlDataSource db, Caller caller, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("invariant_violation", "supplier", caller.TenantId)
        {
            After = new() { ["code"] = Errors.LedgerDisagrees.Code },
        }, now, ct);
    }
}

[JsonSerializable(typeof(CreateSupplySettlementWithdraw.Request))]
[JsonSerializable(typeof(Envelope<CreateSupplySettlementWithdraw.Response>))]
internal sealed partial class CreateSupplySettlementWithdrawJson : JsonSerializerContext;

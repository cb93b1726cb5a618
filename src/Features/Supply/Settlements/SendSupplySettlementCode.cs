namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// A supplier asks for the code that confirms a withdrawal. The code is on the books before it is sent; one that could
/// not be sent is void, and counts for nothing.
/// </summary>
internal static class SendSupplySettlementCode
{
    private const int CodesADay = 10;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CoolDown = TimeSpan.FromSeconds(60);

    internal sealed record Request(string? Phone = null);

    internal sealed record Response(string SentTo, DateTime ExpiresAt, int ResendAfterSeconds);

    private sealed record Owner(string? Phone) : IRow<Owner>
    {
        public static Owner Read(NpgsqlDataReader row) => new(row.TextOrNull(0));
    }

    private sealed record Last(DateTime? SentAt, DateOnly Day, int DayCodes) : IRow<Last>
    {
        public static Last Read(NpgsqlDataReader row) =>
            new(row.ValueOrNull<DateTime>(0), row.GetFieldValue<DateOnly>(1), row.GetInt32(2));
    }

    private sealed record Message(Guid Id, string Phone, bool IsFirst, string Code, DateTimeOffset ExpiresAt);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/settlements/sms-code", Handle)
        .WithName("sendSupplySettlementCode");

    // The user's row is the lock; what hangs on it is read afterwards, so that it is not older than the lock.
    private const string Lock = "select phone from users where id = $1 for update";

    // A code that was used does not hold up the next.
    private const string FindLast = """
        select case when used_at is null then sent_at end, day, day_codes
          from supply_settlement_codes
         where tenant_id = $1 and user_id = $2
        """;

    private const string Bind = "update users set phone = $2, updated_at = $3 where id = $1";

    private const string Unbind = "update users set phone = null, updated_at = $3 where id = $1 and phone = $2";

    private const string Replace = """
        insert into supply_settlement_codes (tenant_id, user_id, code_id, mac, sent_at, expires_at, day, day_codes)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (tenant_id, user_id) do update
           set code_id = excluded.code_id, mac = excluded.mac, wrong_tries = 0, sent_at = excluded.sent_at,
               expires_at = excluded.expires_at, used_at = null, day = excluded.day, day_codes = excluded.day_codes
        """;

    private const string Void = """
        update supply_settlement_codes
           set sent_at = null, expires_at = $4, day_codes = day_codes - 1
         where tenant_id = $1 and user_id = $2 and code_id = $3
        """;

    private static async Task<IResult> Handle(
        Request? body, Caller caller, WithdrawalCode codes, CodeSender sender, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        var given = body?.Phone is { } text ? Phone.Read(text) : null;
        if (body?.Phone is not null && given is null) return Errors.Invalid("phone", Phone.Forms);
        if (!sender.CanSend) return Errors.SmsUnavailable("No way to send text messages is set up here.");

        await using var connection = await db.OpenConnectionAsync(ct);
        var outcome = await WriteAsync(connection, given, caller, codes, clock.GetUtcNow(), ct);
        if (outcome.Value is not { } message) return outcome.Refusal!;

        // From here on the caller's leaving changes nothing: the code is either on its way or void.
        await connection.CloseAsync();
        if (await sender.SendAsync(message.Id, message.Phone, message.Code, message.ExpiresAt, CancellationToken.None))
            return TypedResults.Ok(new Envelope<Response>(caller.RequestId, new Response(
                Phone.Mask(message.Phone), message.ExpiresAt.UtcDateTime, (int)CoolDown.TotalSeconds)));

        await VoidAsync(db, message, caller, clock.GetUtcNow());
        return Errors.SmsUnavailable("The text message could not be sent; try again.");
    }

    private static async Task<Outcome<Message>> WriteAsync(
        NpgsqlConnection connection, string? given, Caller caller, WithdrawalCode codes, DateTimeOffset now,
        CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var owner = await connection.Command(Lock).With(caller.UserId).OneAsync<Owner>(ct);
        if (owner!.Phone is { } bound && given is not null && given != bound) return Errors.PhoneBound;
        if ((owner.Phone ?? given) is not { } phone)
            return Errors.Invalid("phone", "phone is needed: none is bound to you yet.");

        var last = await connection.Command(FindLast).With(caller.TenantId).With(caller.UserId).OneAsync<Last>(ct);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var sentToday = last?.Day == today ? last.DayCodes : 0;
        if (last?.SentAt + CoolDown - now.UtcDateTime is { } wait && wait > TimeSpan.Zero) return Errors.TooMany(wait);
        if (sentToday >= CodesADay) return Errors.TooMany(now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime);

        var message = new Message(
            Guid.CreateVersion7(now), phone, owner.Phone is null, Secrets.NewCode(), now + Life);
        if (message.IsFirst)
            await connection.Command(Bind).With(caller.UserId).With(phone).With(now).RunAsync(ct);
        await connection.Command(Replace)
            .With(caller.TenantId).With(caller.UserId).With(message.Id).With(codes.MacOf(caller, message.Code))
            .With(now).With(message.ExpiresAt).With(today).With(sentToday + 1)
            .RunAsync(ct);
        await AuditAsync(connection, "supply.settlement.code.send", message, caller, now, ct);
        await transaction.CommitAsync(ct);
        return message;
    }

    private static async Task VoidAsync(NpgsqlDataSource db, Message message, Caller caller, DateTimeOffset now)
    {
        var ct = CancellationToken.None;
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(Lock).With(caller.UserId).RunAsync(ct);
        await connection.Command(Void)
            .With(caller.TenantId).With(caller.UserId).With(message.Id).With(now)
            .RunAsync(ct);
        if (message.IsFirst)
            await connection.Command(Unbind).With(caller.UserId).With(message.Phone).With(now).RunAsync(ct);
        await AuditAsync(connection, "supply.settlement.code.void", message, caller, now, ct);
        await transaction.CommitAsync(ct);
    }

    private static Task AuditAsync(
        NpgsqlConnection connection, string action, Message message, Caller caller, DateTimeOffset now,
        CancellationToken ct) => connection.AuditAsync(caller, new AuditEntry(action, "user", caller.UserId)
        {
            After = new() { ["phone"] = Phone.Mask(message.Phone) },
        }, now, ct);
}

[JsonSerializable(typeof(SendSupplySettlementCode.Request))]
[JsonSerializable(typeof(Envelope<SendSupplySettlementCode.Response>))]
internal sealed partial class SendSupplySettlementCodeJson : JsonSerializerContext;

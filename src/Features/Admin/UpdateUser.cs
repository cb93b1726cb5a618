using System.Text.Json.Nodes;
using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Features.Admin;

/// <summary>
/// An admin sets a user's balance, group, rights or phone. A new balance is posted to the ledger as its difference.
/// </summary>
internal static class UpdateUser
{
    internal sealed record Request(
        [property: JsonConverter(typeof(MoneyTextJson))] decimal? Balance = null,
        long? GroupId = null, bool? IsAdmin = null, string? Phone = null);

    private sealed record Row(string? Phone) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.TextOrNull(0));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/users/{userId:long}", Handle)
        .WithName("updateUser");

    private const string Tenant = "select tenant_id from users where id = $1";

    private const string Lock = "select phone from users where id = $1 for update";

    private const string GroupExists = "select exists (select 1 from user_groups where id = $1)";

    private const string Update = """
        update users
           set group_id = coalesce($2, group_id), is_admin = coalesce($3, is_admin), updated_at = $4
         where id = $1
        """;

    private const string SetPhone = "update users set phone = nullif($2, '') where id = $1";

    // What went to the old phone must not confirm anything for the owner of the new one.
    private const string VoidCode = """
        update supply_settlement_codes set expires_at = least(expires_at, $3) where tenant_id = $1 and user_id = $2
        """;

    private static async Task<IResult> Handle(
        long userId, Request body, Caller caller, NpgsqlDataSource db, LeaseRows leases, TimeProvider clock,
        CancellationToken ct)
    {
        if (body.Balance is < 0 or > Money.Max) return Errors.Invalid("balance", "balance is out of range");
        if (body.Balance is { } wanted && !Money.HasAtMostPlaces(wanted, Money.Places))
            return Errors.Invalid("balance", "balance has at most 9 decimals");
        if (body.IsAdmin == false && userId == caller.UserId)
            return Errors.Invalid("is_admin", "Another admin must take your rights away.");
        if (body.Phone is { Length: > 0 } text && Phone.Read(text) is null) return Errors.Invalid("phone", Phone.Forms);

        // What nodes have taken out of the wallet ahead is not there to be taken away.
        if (body.Balance is not null)
            await leases.RecallFromAllAsync(new LeaseKey(LeaseKind.Wallet, await TenantAsync(userId, db, ct)), ct);

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var row = await connection.Command(Lock).With(userId).OneAsync<Row>(ct);
        if (row is null) return Errors.NotFound("user");
        if (body is { Balance: null, GroupId: null, IsAdmin: null, Phone: null })
            return Errors.Malformed("No fields to update.");
        if (body.GroupId is { } group && !await connection.Command(GroupExists).With(group).ValueAsync<bool>(ct))
            return Errors.Invalid("group_id", "Group not found");

        var before = await UserProfile.FindAsync(connection, userId, ct);
        var now = clock.GetUtcNow();
        if (body.Balance is { } balance && !await SetBalanceAsync(connection, before!, balance, now, ct))
            return Errors.Invalid("balance", "The balance changed meanwhile; read it and try again.");
        await connection.Command(Update)
            .With(userId).WithNullable(body.GroupId, NpgsqlTypes.NpgsqlDbType.Bigint)
            .WithNullable(body.IsAdmin, NpgsqlTypes.NpgsqlDbType.Boolean).With(now)
            .RunAsync(ct);
        var phone = body.Phone is null ? row.Phone : Phone.Read(body.Phone);
        if (phone != row.Phone)
        {
            await connection.Command(SetPhone).With(userId).With(phone ?? "").RunAsync(ct);
            await connection.Command(VoidCode).With(before!.TenantId).With(userId).With(now).RunAsync(ct);
        }

        var after = await UserProfile.FindAsync(connection, userId, ct);
        await connection.AuditAsync(caller, new AuditEntry("admin.user.update", "user", userId)
        {
            TenantId = before!.TenantId,
            Before = State(before, row.Phone),
            After = State(after!, phone),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }

    private static async Task<long> TenantAsync(long userId, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(Tenant).With(userId).ValueAsync<long>(ct);
    }

    private static async Task<bool> SetBalanceAsync(
        NpgsqlConnection connection, UserProfile user, decimal balance, DateTimeOffset now, CancellationToken ct)
    {
        var difference = balance - user.Balance;
        var id = Guid.CreateVersion7(now);
        return await connection.PostAsync(new Transfer(id, "admin.adjustment", $"user/{user.Id}",
        [
            new Leg(user.TenantId, Ledger.Wallet, difference),
            new Leg(user.TenantId, Ledger.Funding, -difference),
        ]), now, ct);
    }

    private static JsonObject State(UserProfile user, string? phone) => new()
    {
        ["balance"] = Money.ToText(user.Balance),
        ["group_id"] = user.GroupId,
        ["is_admin"] = user.IsAdmin,
        ["phone"] = phone is null ? null : Phone.Mask(phone),
    };
}

[JsonSerializable(typeof(UpdateUser.Request))]
[JsonSerializable(typeof(UserProfile))]
internal sealed partial class UpdateUserJson : JsonSerializerContext;

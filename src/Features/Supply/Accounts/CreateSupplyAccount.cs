namespace SupplyApi.Features.Supply.Accounts;

/// <summary>
/// A supplier mounts an upstream account. It starts pending; its credential is sealed and never shown again.
/// </summary>
internal static class CreateSupplyAccount
{
    internal sealed record Request(
        string Provider, string AccountType, string CredentialInput, bool RiskAck, decimal? MinQuotaThreshold = null,
        string? AccountAlias = null) : AccountCheck.ICandidate;

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/accounts", Handle)
        .WithName("createSupplyAccount");

    private const string NextId = "select nextval(pg_get_serial_sequence('supply_accounts', 'id'))";

    private const string Insert = $"""
        insert into supply_accounts (id, tenant_id, owner_id, provider, account_type, alias, credential, status,
                                     available_quota, min_quota_threshold, risk_score, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $11, $11)
        returning {AccountView.Columns}
        """;

    private static Task<IResult> Handle(
        Request body, Caller caller, HttpContext http, AccountCheck check, Idempotency idempotency, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        if (check.CheckForm(body) is { } invalid) return Task.FromResult<IResult>(invalid);
        if (!body.RiskAck)
            return Task.FromResult<IResult>(
                Errors.Invalid("risk_ack", "risk_ack must be true: mounting carries risks."));

        return idempotency.OnceAsync(
            http, caller, new Attempt<Request>(body, StatusCodes.Status201Created, Idempotency.OneDay),
            before: () => AskAsync(body, check, ct),
            work: (connection, result) =>
                InsertAsync(connection, body, caller, result, secrets, clock.GetUtcNow(), ct));
    }

    private static async Task<Outcome<AccountCheck.Result>> AskAsync(
        Request body, AccountCheck check, CancellationToken ct)
    {
        var outcome = await check.AskProviderAsync(body, ct);
        return outcome.Value is { Status: "reject" } rejected
            ? Errors.ProviderUnreachable(rejected.Items.First(static item => item.Result == "fail").Message)
            : outcome;
    }

    private static async Task<Outcome<Envelope<AccountView>>> InsertAsync(
        NpgsqlConnection connection, Request body, Caller caller, AccountCheck.Result result, Secrets secrets,
        DateTimeOffset now, CancellationToken ct)
    {
        var id = await connection.Command(NextId).ValueAsync<long>(ct);
        var account = await connection.Command(Insert)
            .With(id).With(caller.TenantId).With(caller.UserId).With(body.Provider).With(body.AccountType)
            .WithNullable(body.AccountAlias, NpgsqlTypes.NpgsqlDbType.Text)
            .With(secrets.Seal(body.CredentialInput, AccountCheck.SealedFor(id)))
            .WithNullable(result.AvailableQuota, NpgsqlTypes.NpgsqlDbType.Numeric)
            .WithNullable(body.MinQuotaThreshold, NpgsqlTypes.NpgsqlDbType.Numeric).With(result.RiskScore).With(now)
            .OneAsync<AccountView>(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.account.create", "supply_account", id)
        {
            After = new() { ["provider"] = body.Provider, ["account_type"] = body.AccountType, ["status"] = "pending" },
        }, now, ct);
        await connection.AnnounceAsync(caller.TenantId, "supply.account.create.success",
            new() { ["account_id"] = id, ["provider"] = body.Provider }, now, ct);
        return new Envelope<AccountView>(caller.RequestId, account!);
    }
}

[JsonSerializable(typeof(CreateSupplyAccount.Request))]
[JsonSerializable(typeof(Envelope<AccountView>))]
internal sealed partial class CreateSupplyAccountJson : JsonSerializerContext;

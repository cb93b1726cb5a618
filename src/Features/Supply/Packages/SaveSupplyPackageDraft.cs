namespace SupplyApi.Features.Supply.Packages;

/// <summary>A supplier writes down an offer on one of the own accounts. Nothing is on sale yet.</summary>
internal static class SaveSupplyPackageDraft
{
    private const int ModelMax = 100;
    private const int ValidDaysMax = 365;
    private const int ConcurrentMax = 1000;
    private const int RpmMax = 100_000;

    internal sealed record Request(
        long SupplyAccountId, string Model, decimal TotalQuota,
        [property: JsonPropertyName("price_per_1m_input")] decimal PricePer1mInput,
        [property: JsonPropertyName("price_per_1m_output")] decimal PricePer1mOutput,
        int ValidDays, int MaxConcurrent = 10, int RateLimitRpm = 60);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/packages/draft", Handle)
        .WithName("saveSupplyPackageDraft");

    private sealed record Account(string Provider, string Status, decimal? Quota) : IRow<Account>
    {
        public static Account Read(NpgsqlDataReader row) =>
            new(row.GetString(0), row.GetString(1), row.ValueOrNull<decimal>(2));
    }

    private const string FindAccount = """
        select provider, status, available_quota
          from supply_accounts
         where id = $1 and tenant_id = $2 and deleted_at is null
        """;

    private const string Insert = $"""
        insert into supply_packages (tenant_id, supply_account_id, model, total_quota, available_quota,
                                     price_per_1m_input, price_per_1m_output, valid_days, max_concurrent,
                                     rate_limit_rpm, status, created_at, updated_at)
        values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, 'draft', $10, $10)
        returning {PackageView.Columns}
        """;

    private static async Task<IResult> Handle(
        Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (Check(body) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await CheckAccountAsync(connection, body, caller, ct) is { } refusal) return refusal;

        var now = clock.GetUtcNow();
        var package = await connection.Command(Insert)
            .With(caller.TenantId).With(body.SupplyAccountId).With(body.Model.Trim()).With(body.TotalQuota)
            .With(body.PricePer1mInput).With(body.PricePer1mOutput).With(body.ValidDays).With(body.MaxConcurrent)
            .With(body.RateLimitRpm).With(now)
            .OneAsync<PackageView>(ct);
        var saved = new AuditEntry("supply.package.draft.save", "supply_package", package!.PackageId)
        {
            After = new()
            {
                ["status"] = "draft",
                ["model"] = package.Model,
                ["total_quota"] = package.TotalQuota,
                ["price_per_1m_input"] = package.PricePer1mInput,
                ["price_per_1m_output"] = package.PricePer1mOutput,
            },
        };
        await connection.AuditAsync(caller, saved, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.package.draft.success", new() { ["package_id"] = package.PackageId }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created(
            (string?)null, new Envelope<PackageView>(caller.RequestId, package));
    }

    private static async Task<Refusal?> CheckAccountAsync(
        NpgsqlConnection connection, Request body, Caller caller, CancellationToken ct)
    {
        var account = await connection.Command(FindAccount)
            .With(body.SupplyAccountId).With(caller.TenantId)
            .OneAsync<Account>(ct);
        if (account is null) return Errors.PackageAccount("There is no such supply account of yours.");
        if (account.Status != "active")
            return Errors.PackageAccount($"The supply account is {account.Status}; activate it first.");

        var model = body.Model.Trim();
        var policy = await PackagePolicy.FindAsync(connection, account.Provider, model, ct);
        if (policy.CheckModel(account.Provider, model) is { } notListed) return notListed;
        if (policy.CheckPrice(body.PricePer1mInput, body.PricePer1mOutput) is { } belowFloor) return belowFloor;
        // What other packages promise of it is asked at the publication: drafts promise nothing.
        return body.TotalQuota > account.Quota ? Errors.PackageQuota(account.Quota.Value) : null;
    }

    private static Refusal? Check(Request body)
    {
        if (body.Model.Trim().Length is 0 or > ModelMax)
            return Errors.Invalid("model", $"model must have 1 to {ModelMax} characters.");
        if (body.TotalQuota is <= 0 or > Money.Max || !Money.HasAtMostPlaces(body.TotalQuota, Money.Places))
            return Errors.Invalid("total_quota", "total_quota must be above 0 with at most 9 decimals.");
        if (PackagePrice.Check(body.PricePer1mInput, body.PricePer1mOutput) is { } badPrice) return badPrice;
        if (body.ValidDays is < 1 or > ValidDaysMax)
            return Errors.Invalid("valid_days", $"valid_days must be 1 to {ValidDaysMax}.");
        if (body.MaxConcurrent is < 1 or > ConcurrentMax)
            return Errors.Invalid("max_concurrent", $"max_concurrent must be 1 to {ConcurrentMax}.");
        if (body.RateLimitRpm is < 1 or > RpmMax)
            return Errors.Invalid("rate_limit_rpm", $"rate_limit_rpm must be 1 to {RpmMax}.");
        return null;
    }
}

[JsonSerializable(typeof(SaveSupplyPackageDraft.Request))]
[JsonSerializable(typeof(Envelope<PackageView>))]
internal sealed partial class SaveSupplyPackageDraftJson : JsonSerializerContext;

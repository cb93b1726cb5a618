namespace SupplyApi.Features.Supply.Packages;

/// <summary>draft or paused goes on sale, when everything is in order; the answer names all that is not.</summary>
internal static class PublishSupplyPackage
{
    internal sealed record Response(long PackageId, string Status, DateTime UpdatedAt);

    private sealed record Row(
        string Status, string Model, decimal Quota, decimal PriceInput, decimal PriceOutput, string Provider,
        string AccountStatus, decimal? AccountQuota, decimal Promised) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(
            row.GetString(0), row.GetString(1), row.GetDecimal(2), row.GetDecimal(3), row.GetDecimal(4),
            row.GetString(5), row.GetString(6), row.ValueOrNull<decimal>(7), row.GetDecimal(8));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/packages/{packageId:long}/publish", Handle)
        .WithName("publishSupplyPackage");

    // The account is locked too: two packages published at once must not promise the same quota. What is promised is
    // summed afterwards, as a statement that waits for a lock still sees what was there before the wait.
    private const string Lock = """
        select package.id
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.id = $1 and package.tenant_id = $2
           for update of package, account
        """;

    // Promised of the account: all of what is on sale or paused, and of the rest what was sold before it ended.
    private const string Find = """
        select package.status, package.model, package.total_quota, package.price_per_1m_input,
               package.price_per_1m_output, account.provider,
               case when account.deleted_at is null then account.status else 'deleted' end, account.available_quota,
               (select coalesce(sum(case when other.status in ('active', 'paused', 'sold_out') then other.total_quota
                                         else other.total_quota - other.available_quota end), 0)
                  from supply_packages other
                 where other.supply_account_id = account.id and other.id <> package.id)
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.id = $1 and package.tenant_id = $2
        """;

    private const string Publish = """
        update supply_packages
           set status = 'active', updated_at = $3, published_at = coalesce(published_at, $3),
               expires_at = coalesce(expires_at, $3 + make_interval(days => valid_days))
         where id = $1 and tenant_id = $2
        """;

    private static Task<IResult> Handle(
        long packageId, Caller caller, HttpContext http, Idempotency idempotency, TimeProvider clock,
        CancellationToken ct) =>
        idempotency.OnceAsync(
            http, caller, new Attempt<string>(null, StatusCodes.Status200OK, Idempotency.OneDay),
            connection => PublishAsync(connection, packageId, caller, clock, ct));

    private static async Task<Outcome<Envelope<Response>>> PublishAsync(
        NpgsqlConnection connection, long packageId, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await connection.Command(Lock).With(packageId).With(caller.TenantId).RunAsync(ct);
        var package = await connection.Command(Find).With(packageId).With(caller.TenantId).OneAsync<Row>(ct);
        if (package is null) return Errors.NotFound("package");
        var policy = await PackagePolicy.FindAsync(connection, package.Provider, package.Model, ct);
        if (FindUnmet(package, policy) is [var first, ..] unmet) return Errors.CannotPublish(first.Code, unmet);

        // Only after the wait for the lock: the audit log is read in the order of its times.
        var now = clock.GetUtcNow();
        await connection.Command(Publish).With(packageId).With(caller.TenantId).With(now).RunAsync(ct);
        await connection.AuditAsync(caller, new AuditEntry("supply.package.publish", "supply_package", packageId)
        {
            Before = new() { ["status"] = package.Status },
            After = new() { ["status"] = "active" },
        }, now, ct);
        await connection.AnnounceAsync(caller.TenantId, "supply.package.publish.success",
            new() { ["package_id"] = packageId, ["model"] = package.Model }, now, ct);
        return new Envelope<Response>(caller.RequestId, new Response(packageId, "active", now.UtcDateTime));
    }

    private static List<(string Code, string Message)> FindUnmet(Row package, PackagePolicy policy)
    {
        var unmet = new List<(string, string)>();
        if (package.Status == "sold_out")
            unmet.Add(("SUP_PKG_4092", "The package is sold out; only the system changes that."));
        else if (package.Status == "expired")
            unmet.Add(("SUP_PKG_4093", "The package has expired; clone it to offer it again."));
        else if (package.Status == "active")
            unmet.Add(("SUP_PKG_4091", "The package is on sale already."));
        if (package.AccountStatus != "active")
            unmet.Add(("SUP_PKG_4003", $"The supply account is {package.AccountStatus}."));
        if (package.AccountQuota is { } quota && package.Quota + package.Promised > quota)
        {
            var left = Money.ToText(Math.Max(0, quota - package.Promised));
            unmet.Add(("SUP_PKG_4002", $"The supply account has {left} left to sell."));
        }

        Refusal?[] ofThePolicy =
        [
            policy.CheckModel(package.Provider, package.Model),
            policy.CheckPrice(package.PriceInput, package.PriceOutput),
        ];
        foreach (var one in ofThePolicy)
        {
            if (one is not null) unmet.Add((one.Code.ToUpperInvariant(), one.Message));
        }

        return unmet;
    }
}

[JsonSerializable(typeof(Envelope<PublishSupplyPackage.Response>))]
internal sealed partial class PublishSupplyPackageJson : JsonSerializerContext;

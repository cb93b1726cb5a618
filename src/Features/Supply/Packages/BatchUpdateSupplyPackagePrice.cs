using System.Text.Json.Nodes;

namespace SupplyApi.Features.Supply.Packages;

/// <summary>New prices for many packages: what is refused stands in the receipt and stops no other.</summary>
internal static class BatchUpdateSupplyPackagePrice
{
    private const int ItemsMax = 200;

    // A batch keeps one connection for its key and needs another for its items. Without a bound, batches could take
    // the whole pool for their keys and then wait for each other.
    private static readonly SemaphoreSlim Places = new(4);

    internal sealed record Request(IReadOnlyList<Item> Items);

    internal sealed record Item(
        long PackageId,
        [property: JsonPropertyName("price_per_1m_input")] decimal PricePer1mInput,
        [property: JsonPropertyName("price_per_1m_output")] decimal PricePer1mOutput);

    internal sealed record Response(int Total, int SuccessCount, int FailedCount, IReadOnlyList<Failure> Failures);

    internal sealed record Failure(long PackageId, string ErrorCode, string Message);

    private sealed record Row(
        string Status, string Model, string Provider, decimal PriceInput, decimal PriceOutput) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetDecimal(3), row.GetDecimal(4));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/packages/batch-price", Handle)
        .WithName("batchUpdateSupplyPackagePrice");

    private const string Lock = """
        select package.status, package.model, account.provider, package.price_per_1m_input, package.price_per_1m_output
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.id = $1 and package.tenant_id = $2
           for update of package
        """;

    private const string Update = """
        update supply_packages
           set price_per_1m_input = $3, price_per_1m_output = $4, updated_at = $5
         where id = $1 and tenant_id = $2
        """;

    private static async Task<IResult> Handle(
        Request body, Caller caller, HttpContext http, NpgsqlDataSource db, Idempotency idempotency,
        TimeProvider clock, CancellationToken ct)
    {
        if (body.Items.Count is 0 or > ItemsMax)
            return Errors.Invalid("items", $"items must have 1 to {ItemsMax} entries.");
        if (body.Items.Any(static item => item is null)) return Errors.Invalid("items", "items must not hold null.");

        await Places.WaitAsync(ct);
        try
        {
            return await idempotency.OnceAsync(
                http, caller, new Attempt<Request>(body, StatusCodes.Status200OK, Idempotency.OneDay),
                _ => UpdateAllAsync(body.Items, caller, db, clock, ct));
        }
        finally
        {
            Places.Release();
        }
    }

    // Not on the connection that keeps the key: each item commits by itself. A crash in the middle leaves some items
    // done and no answer stored, and that is safe: prices are absolute, so the repeat that follows finds them as it
    // wants them, changes nothing there, does the rest, and its receipt is the one that is kept.
    private static async Task<Outcome<Envelope<Response>>> UpdateAllAsync(
        IReadOnlyList<Item> items, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var met = new HashSet<long>();
        var failures = new List<Failure>();
        foreach (var item in items)
        {
            var refusal = met.Add(item.PackageId)
                ? await UpdateAsync(connection, item, caller, clock, ct)
                : Errors.PackageRepeated;
            if (refusal is not null)
                failures.Add(new Failure(item.PackageId, refusal.Code.ToUpperInvariant(), refusal.Message));
        }

        return new Envelope<Response>(
            caller.RequestId, new Response(items.Count, items.Count - failures.Count, failures.Count, failures));
    }

    private static async Task<Refusal?> UpdateAsync(
        NpgsqlConnection connection, Item item, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (PackagePrice.Check(item.PricePer1mInput, item.PricePer1mOutput) is { } invalid) return invalid;

        await using var transaction = await connection.BeginTransactionAsync(ct);
        var package = await connection.Command(Lock).With(item.PackageId).With(caller.TenantId).OneAsync<Row>(ct);
        if (package is null) return Errors.NotFound("package");
        if (package.Status is "sold_out" or "expired") return Errors.PackageState(package.Status, "priced");
        var policy = await PackagePolicy.FindAsync(connection, package.Provider, package.Model, ct);
        if (policy.CheckPrice(item.PricePer1mInput, item.PricePer1mOutput) is { } belowFloor) return belowFloor;

        if ((package.PriceInput, package.PriceOutput) == (item.PricePer1mInput, item.PricePer1mOutput)) return null;

        // Only after the wait for the lock: the audit log is read in the order of its times.
        var now = clock.GetUtcNow();
        await connection.Command(Update)
            .With(item.PackageId).With(caller.TenantId).With(item.PricePer1mInput).With(item.PricePer1mOutput)
            .With(now)
            .RunAsync(ct);
        var updated = new AuditEntry("supply.package.price.batch_update", "supply_package", item.PackageId)
        {
            Before = Prices(package.PriceInput, package.PriceOutput),
            After = Prices(item.PricePer1mInput, item.PricePer1mOutput),
        };
        await connection.AuditAsync(caller, updated, now, ct);
        await connection.AnnounceAsync(
            caller.TenantId, "supply.package.price.success", new() { ["package_id"] = item.PackageId }, now, ct);
        await transaction.CommitAsync(ct);
        return null;
    }

    private static JsonObject Prices(decimal input, decimal output) => new()
    {
        ["price_per_1m_input"] = Money.Trim(input),
        ["price_per_1m_output"] = Money.Trim(output),
    };
}

[JsonSerializable(typeof(BatchUpdateSupplyPackagePrice.Request))]
[JsonSerializable(typeof(Envelope<BatchUpdateSupplyPackagePrice.Response>))]
internal sealed partial class BatchUpdateSupplyPackagePriceJson : JsonSerializerContext;

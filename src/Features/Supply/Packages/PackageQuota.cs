namespace SupplyApi.Features.Supply.Packages;

/// <summary>
/// What calls leave of a package. When that is too little for a small call, and no call is under way that may give
/// something back, the package is sold out, in the platform's own name.
/// </summary>
internal static class PackageQuota
{
    private const long Platform = 0;

    private const string Lock = "select available_quota from supply_packages where id = $1 for update";

    // A small call has 1,000 tokens in and 1,000 out: it costs a thousandth of both prices.
    private const string Return = """
        update supply_packages
           set available_quota = available_quota + $2
         where id = $1
        returning tenant_id, status,
                  status in ('active', 'paused') and available_quota * 1000 < price_per_1m_input + price_per_1m_output
        """;

    private const string SellOut = """
        update supply_packages
           set status = 'sold_out', updated_at = $2
         where id = $1 and not exists (select 1 from gateway_holds where package_id = $1 and state = 'open')
        """;

    private sealed record Row(long TenantId, string Status, bool IsUsedUp) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetBoolean(2));
    }

    /// <summary>What is left beyond all holds. Nobody else takes of it until the transaction ends.</summary>
    internal static Task<decimal> LockAsync(NpgsqlConnection connection, long packageId, CancellationToken ct) =>
        connection.Command(Lock).With(packageId).ValueAsync<decimal>(ct);

    /// <param name="amount">What a closed hold gives back; below zero when the call took more than was held.</param>
    internal static async Task ReturnAsync(
        NpgsqlConnection connection, long packageId, Guid holdId, decimal amount, DateTimeOffset now,
        CancellationToken ct)
    {
        var package = (await connection.Command(Return).With(packageId).With(amount).OneAsync<Row>(ct))!;
        if (!package.IsUsedUp) return;
        // A statement of its own: it sees the holds that were closed while the one before waited for the row.
        if (await connection.Command(SellOut).With(packageId).With(now).RunAsync(ct) == 0) return;

        var caller = new Caller(Platform, package.TenantId, IsAdmin: false, $"hold_{holdId:n}");
        await connection.AuditAsync(caller, new AuditEntry("supply.package.sold_out", "supply_package", packageId)
        {
            Before = new() { ["status"] = package.Status },
            After = new() { ["status"] = "sold_out" },
        }, now, ct);
        await connection.AnnounceAsync(
            package.TenantId, "supply.package.sold_out.success", new() { ["package_id"] = packageId }, now, ct);
    }
}

namespace SupplyApi.Features.Supply.Packages;

/// <summary>
/// What calls leave of a package. When that is too little for a small call the package is sold out, in the platform's
/// own name.
/// </summary>
internal static class PackageQuota
{
    private const long Platform = 0;

    // A small call has 1,000 tokens in and 1,000 out: it costs a thousandth of both prices.
    private const string Spend = """
        with spent as (
          select * from unnest($1::bigint[], $2::numeric[]) as one (id, amount)
        ), locked as materialized (
          select package.id from supply_packages package join spent using (id) order by package.id for update of package
        )
        update supply_packages package
           set available_quota = available_quota - spent.amount, leased_quota = leased_quota - spent.amount
          from locked
          join spent using (id)
         where package.id = locked.id
        returning package.id, package.tenant_id, package.status,
                  package.status in ('active', 'paused')
                  and package.available_quota * 1000 < package.price_per_1m_input + package.price_per_1m_output
        """;

    private const string SellOut = "update supply_packages set status = 'sold_out', updated_at = $2 where id = $1";

    private sealed record Row(long Id, long TenantId, string Status, bool IsUsedUp) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) =>
            new(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetBoolean(3));
    }

    /// <param name="charged">Package to what calls cost that were charged to its lease.</param>
    internal static async Task SpendAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<long, decimal> charged, Guid transfer, DateTimeOffset now,
        CancellationToken ct)
    {
        if (charged.Count == 0) return;
        var packages = await connection.Command(Spend)
            .With(charged.Keys.ToArray()).With(charged.Values.ToArray())
            .ListAsync<Row>(ct);
        foreach (var package in packages.Where(static one => one.IsUsedUp))
            await SellOutAsync(connection, package, transfer, now, ct);
    }

    private static async Task SellOutAsync(
        NpgsqlConnection connection, Row package, Guid transfer, DateTimeOffset now, CancellationToken ct)
    {
        await connection.Command(SellOut).With(package.Id).With(now).RunAsync(ct);
        var caller = new Caller(Platform, package.TenantId, IsAdmin: false, $"settle_{transfer:n}");
        await connection.AuditAsync(caller, new AuditEntry("supply.package.sold_out", "supply_package", package.Id)
        {
            Before = new() { ["status"] = package.Status },
            After = new() { ["status"] = "sold_out" },
        }, now, ct);
        await connection.AnnounceAsync(
            package.TenantId, "supply.package.sold_out.success", new() { ["package_id"] = package.Id }, now, ct);
    }
}

namespace SupplyApi.Host.Workers;

/// <summary>
/// Ends packages whose life in days is over, in the platform's own name. Every node does; no package is waited for, so
/// what another node or a supplier has in hand is left to the next round.
/// </summary>
internal sealed partial class PackageExpiry(NpgsqlDataSource db, TimeProvider clock, ILogger<PackageExpiry> logger)
    : BackgroundService
{
    private const int ExpiredAtOnce = 100;
    private const long Platform = 0;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private const string Expire = """
        with due as (
          select id, status
            from supply_packages
           where status in ('active', 'paused', 'sold_out') and expires_at <= $1
           order by expires_at
           limit $2
             for update skip locked
        )
        update supply_packages package
           set status = 'expired', updated_at = $1
          from due
         where package.id = due.id
        returning package.id, package.tenant_id, due.status
        """;

    private sealed record Expired(long PackageId, long TenantId, string Before) : IRow<Expired>
    {
        public static Expired Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetString(2));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, ExpireAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> ExpireAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var ended = await connection.Command(Expire).With(now).With(ExpiredAtOnce).ListAsync<Expired>(ct);
        var requestId = $"expiry_{Guid.CreateVersion7(now):n}";
        foreach (var one in ended)
        {
            var caller = new Caller(Platform, one.TenantId, IsAdmin: false, requestId);
            await connection.AuditAsync(caller, new AuditEntry("supply.package.expire", "supply_package", one.PackageId)
            {
                Before = new() { ["status"] = one.Before },
                After = new() { ["status"] = "expired" },
            }, now, ct);
            await connection.AnnounceAsync(one.TenantId, "supply.package.expire.success",
                new() { ["package_id"] = one.PackageId }, now, ct);
        }

        await transaction.CommitAsync(ct);
        if (ended.Count > 0) Ended(logger, ended.Count, requestId);
        return ended.Count == ExpiredAtOnce;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} packages have expired ({RequestId})")]
    private static partial void Ended(ILogger logger, int count, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Packages could not be expired: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

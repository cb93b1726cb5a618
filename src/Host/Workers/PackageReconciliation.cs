namespace SupplyApi.Host.Workers;

/// <summary>
/// On T+1 of its end a package's books are compared, in the platform's own name: what was charged on it must be what is
/// gone from its quota. Every node does; a task that another has in hand is left to it.
/// </summary>
internal sealed partial class PackageReconciliation(
    NpgsqlDataSource db, TimeProvider clock, ILogger<PackageReconciliation> logger) : BackgroundService
{
    private const int TasksAtOnce = 50;
    private const long Platform = 0;
    private const string Rule = "package_charges_equal_used_quota";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    // One statement, so one snapshot: a call that is posted meanwhile is in both sums or in none. While a node has
    // taken some of it ahead, calls may be under way.
    private const string Take = """
        select task.tenant_id, task.task_id, task.package_id, package.total_quota - package.available_quota,
               (select coalesce(sum(charged), 0) from gateway_usage where package_id = package.id)
          from reconciliation_tasks task
          join supply_packages package on package.id = task.package_id
         where task.done_at is null and task.due_at <= $1
           and package.leased_quota = 0
         order by task.due_at
         limit $2
           for update of task skip locked
        """;

    private const string Close = "update reconciliation_tasks set done_at = $3 where tenant_id = $1 and task_id = $2";

    private sealed record Due(long TenantId, Guid TaskId, long PackageId, decimal Used, decimal Charged) : IRow<Due>
    {
        public static Due Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetGuid(1), row.GetInt64(2), Money.Trim(row.GetDecimal(3)),
            Money.Trim(row.GetDecimal(4)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, ReconcileAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> ReconcileAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var tasks = await connection.Command(Take).With(now).With(TasksAtOnce).ListAsync<Due>(ct);
        foreach (var task in tasks)
        {
            await connection.Command(Close).With(task.TenantId).With(task.TaskId).With(now).RunAsync(ct);
            await RecordAsync(connection, task, now, ct);
        }

        await transaction.CommitAsync(ct);
        return tasks.Count == TasksAtOnce;
    }

    private async Task RecordAsync(NpgsqlConnection connection, Due task, DateTimeOffset now, CancellationToken ct)
    {
        var agree = task.Charged == task.Used;
        if (!agree) Disagree(logger, task.PackageId, task.Charged, task.Used);

        var caller = new Caller(Platform, task.TenantId, IsAdmin: false, $"reconcile_{task.TaskId:n}");
        var action = agree ? "supply.package.reconcile" : "invariant_violation";
        await connection.AuditAsync(caller, new AuditEntry(action, "supply_package", task.PackageId)
        {
            After = agree
                ? new() { ["charged"] = task.Charged, ["used"] = task.Used }
                : new() { ["code"] = Rule, ["charged"] = task.Charged, ["used"] = task.Used },
        }, now, ct);
        await connection.AnnounceAsync(
            task.TenantId, $"supply.package.reconcile.{(agree ? "success" : "failure")}",
            new() { ["package_id"] = task.PackageId, ["charged"] = task.Charged, ["used"] = task.Used }, now, ct);
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Package {PackageId}: {Charged} was charged, but {Used} of its quota is gone")]
    private static partial void Disagree(ILogger logger, long packageId, decimal charged, decimal used);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Packages could not be reconciled: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

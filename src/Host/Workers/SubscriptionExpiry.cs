using SupplyApi.Features.Market;

namespace SupplyApi.Host.Workers;

/// <summary>
/// Ends subscriptions whose time is over, and those whose package or supplier is gone, in the platform's own name.
/// Every node does; no subscription is waited for, so what somebody has in hand is left to the next round.
/// </summary>
internal sealed partial class SubscriptionExpiry(
    NpgsqlDataSource db, TimeProvider clock, ILogger<SubscriptionExpiry> logger) : BackgroundService
{
    private const int EndedAtOnce = 100;
    private const long Platform = 0;
    private const string PackageEnded = "package ended";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    // A subscription never outlives its package, so its own time tells of both.
    private const string FindOver = $"""
        {LockedSubscription.Select}
         where subscription.status = 'ACTIVE' and subscription.expires_at <= $1
         order by subscription.expires_at
         limit $2
           for update of subscription skip locked
        """;

    // What waits for a word has no package to be let in to any more.
    private const string FindVain = $"""
        {LockedSubscription.Select}
          join supply_packages package on package.id = subscription.package_id
         where subscription.status = 'PENDING' and (package.status = 'expired' or package.expires_at <= $1)
         limit $2
           for update of subscription skip locked
        """;

    // Who unlisted a package goes on serving it, unless the account behind it was deleted. Those are few: from them to
    // the subscriptions, or every round would look at all that are active.
    private const string FindAbandoned = $"""
        with abandoned as materialized (
          select package.id
            from supply_accounts account
            join supply_packages package on package.supply_account_id = account.id
           where account.deleted_at is not null and package.published_at is not null and package.expires_at > $1
        )
        {LockedSubscription.Select}
          join abandoned on abandoned.id = subscription.package_id
         where subscription.status in ('PENDING', 'ACTIVE')
         limit $2
           for update of subscription skip locked
        """;

    private const string End = """
        update subscriptions set status = $2, reason = $3, updated_at = $4 where id = any($1)
        """;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, EndAllAsync, reason => Failed(logger, reason), stoppingToken);

    private async Task<bool> EndAllAsync(CancellationToken ct)
    {
        var isMore = await EndAsync(FindOver, "expire", "EXPIRED", null, ct);
        isMore |= await EndAsync(FindVain, "end", "INACTIVE", PackageEnded, ct);
        isMore |= await EndAsync(FindAbandoned, "end", "INACTIVE", PackageEnded, ct);
        return isMore;
    }

    private async Task<bool> EndAsync(string find, string deed, string status, string? reason, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var ended = await connection.Command(find).With(now).With(EndedAtOnce).ListAsync<LockedSubscription>(ct);
        if (ended.Count == 0) return false;

        await connection.Command(End)
            .With(ended.Column(static one => one.Id)).With(status)
            .WithNullable(reason, NpgsqlTypes.NpgsqlDbType.Text).With(now)
            .RunAsync(ct);
        var requestId = $"expiry_{Guid.CreateVersion7(now):n}";
        foreach (var one in ended)
        {
            var caller = new Caller(Platform, one.TenantId, IsAdmin: false, requestId);
            await one.RecordAsync(connection, caller, deed, status, reason, now, ct);
        }

        await transaction.CommitAsync(ct);
        Ended(logger, ended.Count, status, requestId);
        return ended.Count == EndedAtOnce;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} subscriptions became {Status} ({RequestId})")]
    private static partial void Ended(ILogger logger, int count, string status, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Subscriptions could not be ended: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

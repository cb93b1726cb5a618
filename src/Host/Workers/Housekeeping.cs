namespace SupplyApi.Host.Workers;

/// <summary>
/// Makes the months of the big tables ahead of time and forgets what nobody asks for any more: answers to repeats whose
/// time is over, events that were told, and old ones where there is nobody to tell, keys and secrets that ended. Every
/// node does.
/// </summary>
internal sealed partial class Housekeeping(
    NpgsqlDataSource db, Settings settings, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private const int MonthsAhead = 2;
    private const int ForgottenAtOnce = 10_000;
    private static readonly TimeSpan ToldKept = TimeSpan.FromDays(7);
    private static readonly TimeSpan UntoldKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan EndedKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(1);

    private const string MakeMonths = "select make_month_partitions($1, $2)";

    private const string Forget = """
        delete from idempotency_records
         where ctid in (select ctid from idempotency_records where expires_at < $1 limit $2 for update skip locked)
        """;

    private const string ForgetAnswers = """
        delete from gateway_answers
         where ctid in (select ctid from gateway_answers where expires_at < $1 limit $2 for update skip locked)
        """;

    private const string ForgetSignatures = """
        delete from app_signatures
         where ctid in (select ctid from app_signatures where expires_at < $1 limit $2 for update skip locked)
        """;

    // No more than there are apps: all at once.
    private const string ForgetWindows = "delete from app_windows where starts_at < now() - interval '1 hour'";

    private const string ForgetTold = """
        delete from outbox_events
         where ctid in (select ctid from outbox_events where delivered_at < $1 limit $2 for update skip locked)
        """;

    // Nobody has tried to deliver them, so they are due since they were made.
    private const string ForgetUntold = """
        delete from outbox_events
         where ctid in (select ctid
                          from outbox_events
                         where delivered_at is null and dead_at is null and next_attempt_at < $1 and created_at < $1
                         limit $2
                           for update skip locked)
        """;

    private const string ForgetEnded = """
        delete from consumer_secrets
         where ctid in (select ctid from consumer_secrets where valid_until < $1 limit $2 for update skip locked)
        """;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Pause, RunOnceAsync, reason => Failed(logger, reason), stoppingToken, PauseAfterFailure);

    private async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.Command(MakeMonths).With(now).With(MonthsAhead).RunAsync(ct);
        await ForgetAsync(connection, Forget, now, ct);
        await ForgetAsync(connection, ForgetAnswers, now, ct);
        await ForgetAsync(connection, ForgetSignatures, now, ct);
        await connection.Command(ForgetWindows).RunAsync(ct);
        await ForgetAsync(connection, ForgetTold, now - ToldKept, ct);
        await ForgetAsync(connection, ForgetEnded, now - EndedKept, ct);
        if (settings.Webhook is null) await ForgetAsync(connection, ForgetUntold, now - UntoldKept, ct);
        return false;
    }

    private static async Task ForgetAsync(
        NpgsqlConnection connection, string rows, DateTimeOffset before, CancellationToken ct)
    {
        while (await connection.Command(rows).With(before).With(ForgottenAtOnce).RunAsync(ct) == ForgottenAtOnce) { }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping could not be done: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

using System.Buffers;

namespace SupplyApi.Host.Workers;

/// <summary>
/// Tells others what the outbox says, at least once. Every node does; an event is in one node's hands at a time, and
/// comes back by itself when that node dies. What is refused again and again becomes a dead letter.
/// </summary>
internal sealed partial class OutboxDelivery(
    NpgsqlDataSource db, Webhook webhook, Settings settings, TimeProvider clock, ILogger<OutboxDelivery> logger)
    : BackgroundService
{
    private const int AtOnce = 16;
    private const int AttemptsMax = 10;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromHours(1);

    // Longer than a call may last and its end may take to be written down.
    private static readonly TimeSpan Lease = 3 * Webhook.Patience;

    private const string Claim = """
        with due as (
          select tenant_id, event_id
            from outbox_events
           where delivered_at is null and dead_at is null and next_attempt_at <= $1
           order by next_attempt_at
           limit $2
             for update skip locked
        )
        update outbox_events event
           set attempts = event.attempts + 1, next_attempt_at = $3
          from due
         where event.tenant_id = due.tenant_id and event.event_id = due.event_id
        returning event.tenant_id, event.event_id, event.name, event.payload::text, event.created_at, event.attempts
        """;

    private const string Delivered = """
        update outbox_events
           set delivered_at = $3, dead_at = null, last_error = null
         where tenant_id = $1 and event_id = $2
        """;

    // Who comes too late, after another attempt was begun, has nothing to say any more.
    private const string Refused = """
        update outbox_events
           set last_error = $4, next_attempt_at = $5 + $6 * (0.75 + random() / 2), dead_at = $7
         where tenant_id = $1 and event_id = $2 and attempts = $3 and delivered_at is null and dead_at is null
        """;

    private sealed record Event(long TenantId, Guid Id, string Name, string Payload, DateTime CreatedAt, int Attempt)
        : IRow<Event>
    {
        public static Event Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetDateTime(4), row.GetInt32(5));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => settings.Webhook is { } address
        ? Rounds.RunAsync(
            pause: settings.WebhookRetryAfter < Poll ? settings.WebhookRetryAfter : Poll,
            work: stop => DeliverDueAsync(address, stop),
            failed: reason => Failed(logger, reason),
            stoppingToken)
        : Task.CompletedTask;

    private async Task<bool> DeliverDueAsync(WebhookAddress address, CancellationToken ct)
    {
        var due = await ClaimAsync(ct);
        // Once claimed, all are brought to their end: a stop waits for that.
        await Task.WhenAll(due.Select(one => DeliverAsync(address, one)));
        return due.Count == AtOnce;
    }

    private async Task<List<Event>> ClaimAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(Claim).With(now).With(AtOnce).With(now + Lease).ListAsync<Event>(ct);
    }

    private async Task DeliverAsync(WebhookAddress address, Event one)
    {
        var posted = await webhook.PostAsync(address, one.Id.ToString(), Body(one), CancellationToken.None);
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(CancellationToken.None);
        if (posted.IsTaken)
        {
            await connection.Command(Delivered)
                .With(one.TenantId).With(one.Id).With(now).RunAsync(CancellationToken.None);
            return;
        }

        var isDead = posted.IsGone || one.Attempt >= AttemptsMax;
        await connection.Command(Refused)
            .With(one.TenantId).With(one.Id).With(one.Attempt).With(posted.Problem).With(now)
            .With(PauseAfter(one.Attempt))
            .WithNullable(isDead ? now : (DateTimeOffset?)null, NpgsqlTypes.NpgsqlDbType.TimestampTz)
            .RunAsync(CancellationToken.None);
        if (isDead) Died(logger, one.Name, one.Id, one.Attempt, posted.Problem);
    }

    private TimeSpan PauseAfter(int attempt)
    {
        var seconds = settings.WebhookRetryAfter.TotalSeconds * Math.Pow(2, attempt - 1);
        return seconds < PauseMax.TotalSeconds ? TimeSpan.FromSeconds(seconds) : PauseMax;
    }

    private static byte[] Body(Event one)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Wire.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("event_id", one.Id);
            json.WriteString("name", one.Name);
            json.WriteNumber("tenant_id", one.TenantId);
            json.WriteString("created_at", one.CreatedAt);
            json.WritePropertyName("data");
            json.WriteRawValue(one.Payload);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The event {Name} {EventId} is a dead letter after {Attempts} attempts: {Reason}")]
    private static partial void Died(ILogger logger, string name, Guid eventId, int attempts, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be read or written: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}

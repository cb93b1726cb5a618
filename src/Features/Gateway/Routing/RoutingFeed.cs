namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// What the database tells every node the moment it changes. One connection listens, and is asked for a sign of life
/// three times a second: without one for a second nothing that hangs on notices is believed (<see cref="IsLive"/>),
/// whatever the reason for the silence.
/// </summary>
internal sealed partial class RoutingFeed(NpgsqlDataSource db, TimeProvider clock, ILogger<RoutingFeed> logger)
{
    /// <summary>Packages, accounts and the routing rule.</summary>
    internal const string Routes = "gateway_routes";

    /// <summary>API keys; the payload is the key's id.</summary>
    internal const string Keys = "gateway_keys";

    /// <summary>Money that a node holds in advance.</summary>
    internal const string Recall = "gateway_recall";

    private static readonly string[] Listens =
        ["listen gateway_routes", "listen gateway_keys", "listen gateway_recall"];

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Belief = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private const string SignOfLife = "select 1";

    private readonly Lock gate = new();
    private volatile Subscriber[] subscribers = [];
    private long liveUntil;

    /// <summary>Every notice of a change that was committed a second ago has arrived.</summary>
    internal bool IsLive => clock.GetTimestamp() < Volatile.Read(ref liveUntil);

    /// <param name="notice">Gets the payload. Runs on the line itself: it must be quick, and must not throw.</param>
    /// <param name="missed">Notices may have been missed: nothing that was known before may be believed.</param>
    internal void Subscribe(string channel, Action<string> notice, Action missed)
    {
        lock (gate) subscribers = [.. subscribers, new Subscriber(channel, notice, missed)];
    }

    internal async Task RunAsync(CancellationToken stop)
    {
        for (var pause = PauseMin; ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            try
            {
                await using var connection = await db.OpenConnectionAsync(stop);
                connection.Notification += (_, notice) => Tell(notice.Channel, notice.Payload);
                foreach (var listen in Listens) await connection.Command(listen).RunAsync(stop);
                Missed();
                pause = PauseMin;
                await HearAsync(connection, stop);
            }
            catch (Exception error) when (error.IsOfDatabase())
            {
                if (Interlocked.Exchange(ref liveUntil, 0) != 0)
                {
                    Lost(logger, error.Message);
                    Missed();
                }
            }

            await Task.Delay(pause, stop);
        }
    }

    private async Task HearAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        while (true)
        {
            var asked = clock.GetTimestamp();
            await using (var sign = connection.Command(SignOfLife))
            {
                sign.CommandTimeout = (int)Belief.TotalSeconds;
                await sign.ExecuteNonQueryAsync(stop);
            }

            // Its answer came after all that was told before.
            Volatile.Write(
                ref liveUntil, asked + ((long)Belief.TotalMilliseconds * clock.TimestampFrequency / 1000));
            for (var left = Beat; left > TimeSpan.Zero; left = Beat - clock.GetElapsedTime(asked))
            {
                if (!await connection.WaitAsync(left, stop)) break;
            }
        }
    }

    private void Tell(string channel, string payload)
    {
        foreach (var one in subscribers)
        {
            if (one.Channel == channel) one.Notice(payload);
        }
    }

    private void Missed()
    {
        foreach (var one in subscribers) one.Missed();
    }

    private sealed record Subscriber(string Channel, Action<string> Notice, Action Missed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The line that tells of changes was lost: {Reason}")]
    private static partial void Lost(ILogger logger, string reason);
}

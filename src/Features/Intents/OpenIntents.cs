namespace SupplyApi.Features.Intents;

/// <summary>What the apps of a consumer asked for and nobody has begun to buy.</summary>
internal static class OpenIntents
{
    private const int AtOnce = 1_000;

    private const string Lock = $"""
        select {Intent.Columns}
          from intents
         where consumer_id = $1 and status in ('{IntentStatus.Draft}', '{IntentStatus.Submitted}')
         order by id
         limit $2
           for update
        """;

    private const string Cancel = $"""
        update intents set status = '{IntentStatus.Cancelled}', updated_at = $2 where id = any($1)
        """;

    /// <summary>Cancels all, as an app does with one: when it is gone nobody else could.</summary>
    internal static async Task CancelAsync(
        NpgsqlConnection connection, long consumerId, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        List<Intent> open;
        do
        {
            open = await connection.Command(Lock).With(consumerId).With(AtOnce).ListAsync<Intent>(ct);
            var now = clock.GetUtcNow();
            await connection.Command(Cancel)
                .With(open.Column(static one => one.Id)).With(now)
                .RunAsync(ct);
            foreach (var one in open)
            {
                var after = one with { Status = IntentStatus.Cancelled };
                await after.RecordAsync(connection, caller, "cancel", one, now, ct);
            }
        }
        while (open.Count == AtOnce);
    }
}

using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>One row per call, and the counters of the key or credential it came with.</summary>
internal static class UsageBook
{
    private const string Copy = """
        copy gateway_usage (tenant_id, usage_id, user_id, api_key_id, consumer_id, credential_id, subscription_id,
                            request_id, package_id, channel_model_id,
                            supplier_tenant_id, provider, model, stream, ending, basis, upstream_status, input_tokens,
                            cached_input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
                            reasoning_tokens, image_tokens, audio_tokens, price_per_1m_input, price_per_1m_output,
                            charged, earned, fee, first_byte_ms, duration_ms, created_at, transfer_id)
        from stdin (format binary)
        """;

    private const string Count = """
        with used as (
          select * from unnest($1::bigint[], $2::numeric[], $3::numeric[], $4::bigint[], $5::bigint[], $6::bigint[],
                               $7::bigint[], $8::timestamptz[])
            as one (id, charged, of_lease, requests, input, output, cached, last_at)
        ), locked as materialized (
          select key.id from api_keys key join used using (id) order by key.id for update of key
        )
        update api_keys key
           set quota_leased = quota_leased - used.of_lease, quota_used = quota_used + used.charged,
               request_count = request_count + used.requests, input_tokens = input_tokens + used.input,
               output_tokens = output_tokens + used.output,
               cached_input_tokens = cached_input_tokens + used.cached,
               last_used_at = greatest(last_used_at, used.last_at)
          from locked
          join used using (id)
         where key.id = locked.id
        """;

    private const string UseCredentials = """
        with used as (
          select * from unnest($1::bigint[], $2::timestamptz[]) as one (id, last_at)
        ), locked as materialized (
          select credential.id from consumer_credentials credential join used using (id)
           order by credential.id for update of credential
        )
        update consumer_credentials credential
           set last_used_at = greatest(last_used_at, used.last_at)
          from locked
          join used using (id)
         where credential.id = locked.id
        """;

    private static readonly string[] Endings =
        Array.ConvertAll(Enum.GetNames<Ending>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    private static readonly string[] Bases =
        Array.ConvertAll(Enum.GetNames<Basis>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    internal static async Task CountAsync(
        NpgsqlConnection connection, SortedDictionary<long, KeyUse> keys, CancellationToken ct)
    {
        if (keys.Count == 0) return;
        var uses = keys.Values;
        await connection.Command(Count)
            .With(keys.Keys.ToArray())
            .With(uses.Column(static one => one.Charged))
            .With(uses.Column(static one => one.OfLease))
            .With(uses.Column(static one => one.Requests))
            .With(uses.Column(static one => one.Input))
            .With(uses.Column(static one => one.Output))
            .With(uses.Column(static one => one.CachedInput))
            .With(uses.Column(static one => one.LastAt))
            .RunAsync(ct);
    }

    internal static async Task CountAsync(
        NpgsqlConnection connection, SortedDictionary<long, DateTimeOffset> credentials, CancellationToken ct)
    {
        if (credentials.Count == 0) return;
        await connection.Command(UseCredentials)
            .With(credentials.Keys.ToArray()).With(credentials.Values.ToArray())
            .RunAsync(ct);
    }

    internal static async Task EnterAsync(
        NpgsqlConnection connection, List<CallRecord> calls, Guid transfer, CancellationToken ct)
    {
        using var rows = new CopiedRows();
        foreach (var call in calls) Write(rows, call, transfer);
        await rows.SendAsync(connection, Copy, ct);
    }

    private static void Write(CopiedRows row, in CallRecord call, Guid transfer)
    {
        row.Begin(columns: 34);
        row.Value(call.TenantId);
        row.Value(call.Id);
        row.Value(call.UserId);
        Id(row, call.KeyId);
        Id(row, call.ConsumerId);
        Id(row, call.CredentialId);
        Id(row, call.SubscriptionId);
        row.Value(call.RequestId);
        Id(row, call.Source == Source.Package ? call.SourceId : 0);
        Id(row, call.Source == Source.Channel ? call.SourceId : 0);
        row.Value(call.SupplierTenantId);
        row.Value(call.Provider);
        row.Value(call.Model);
        row.Value(call.Stream);
        row.Value(Endings[(int)call.Ending]);
        row.Value(Bases[(int)call.Basis]);
        row.Value(call.UpstreamStatus);
        row.Value(call.Usage.Input);
        row.Value(call.Usage.CachedInput);
        row.Value(call.Usage.Output);
        row.Value(call.Usage.CacheWrite5m);
        row.Value(call.Usage.CacheWrite1h);
        row.Value(call.Usage.Reasoning);
        row.Value(call.Usage.Image);
        row.Value(call.Usage.Audio);
        row.Value(call.PriceInput);
        row.Value(call.PriceOutput);
        row.Value(call.Charged);
        row.Value(call.Earned);
        row.Value(call.Fee);
        if (call.FirstByteMs < 0) row.Null();
        else row.Value(call.FirstByteMs);
        row.Value(call.DurationMs);
        row.Value(call.At);
        row.Value(transfer);
    }

    private static void Id(CopiedRows row, long id)
    {
        if (id > 0) row.Value(id);
        else row.Null();
    }
}

using NpgsqlTypes;
using SupplyApi.Features.Gateway.Pipeline;

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
        [.. Enum.GetValues<Ending>().Select(static one => JsonNamingPolicy.SnakeCaseLower.ConvertName(one.ToString()))];

    private static readonly string[] Bases =
        [.. Enum.GetValues<Basis>().Select(static one => JsonNamingPolicy.SnakeCaseLower.ConvertName(one.ToString()))];

    internal static async Task CountAsync(
        NpgsqlConnection connection, SortedDictionary<long, KeyUse> keys, CancellationToken ct)
    {
        if (keys.Count == 0) return;
        var uses = keys.Values;
        await connection.Command(Count)
            .With(keys.Keys.ToArray())
            .With(uses.Select(static one => one.Charged).ToArray())
            .With(uses.Select(static one => one.OfLease).ToArray())
            .With(uses.Select(static one => one.Requests).ToArray())
            .With(uses.Select(static one => one.Input).ToArray())
            .With(uses.Select(static one => one.Output).ToArray())
            .With(uses.Select(static one => one.CachedInput).ToArray())
            .With(uses.Select(static one => one.LastAt).ToArray())
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
        await using var rows = await connection.BeginBinaryImportAsync(Copy, ct);
        foreach (var call in calls) await WriteAsync(rows, call, transfer, ct);
        await rows.CompleteAsync(ct);
    }

    private static async Task WriteAsync(
        NpgsqlBinaryImporter row, CallRecord call, Guid transfer, CancellationToken ct)
    {
        await row.StartRowAsync(ct);
        await row.WriteAsync(call.TenantId, ct);
        await row.WriteAsync(call.Id, ct);
        await row.WriteAsync(call.UserId, ct);
        await IdAsync(row, call.KeyId, ct);
        await IdAsync(row, call.ConsumerId, ct);
        await IdAsync(row, call.CredentialId, ct);
        await IdAsync(row, call.SubscriptionId, ct);
        await row.WriteAsync(call.RequestId, ct);
        await IdAsync(row, call.Source == Source.Package ? call.SourceId : 0, ct);
        await IdAsync(row, call.Source == Source.Channel ? call.SourceId : 0, ct);
        await row.WriteAsync(call.SupplierTenantId, ct);
        await row.WriteAsync(call.Provider, ct);
        await row.WriteAsync(call.Model, ct);
        await row.WriteAsync(call.Stream, ct);
        await row.WriteAsync(Endings[(int)call.Ending], ct);
        await row.WriteAsync(Bases[(int)call.Basis], ct);
        await row.WriteAsync(call.UpstreamStatus, ct);
        await row.WriteAsync(call.Usage.Input, ct);
        await row.WriteAsync(call.Usage.CachedInput, ct);
        await row.WriteAsync(call.Usage.Output, ct);
        await row.WriteAsync(call.Usage.CacheWrite5m, ct);
        await row.WriteAsync(call.Usage.CacheWrite1h, ct);
        await row.WriteAsync(call.Usage.Reasoning, ct);
        await row.WriteAsync(call.Usage.Image, ct);
        await row.WriteAsync(call.Usage.Audio, ct);
        await row.WriteAsync(call.PriceInput, ct);
        await row.WriteAsync(call.PriceOutput, ct);
        await row.WriteAsync(call.Charged, ct);
        await row.WriteAsync(call.Earned, ct);
        await row.WriteAsync(call.Fee, ct);
        if (call.FirstByteMs < 0) await row.WriteNullAsync(ct);
        else await row.WriteAsync(call.FirstByteMs, ct);
        await row.WriteAsync(call.DurationMs, ct);
        await row.WriteAsync(call.At, NpgsqlDbType.TimestampTz, ct);
        await row.WriteAsync(transfer, ct);
    }

    private static Task IdAsync(NpgsqlBinaryImporter row, long id, CancellationToken ct) =>
        id > 0 ? row.WriteAsync(id, ct) : row.WriteNullAsync(ct);
}

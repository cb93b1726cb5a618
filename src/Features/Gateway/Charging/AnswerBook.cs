using NpgsqlTypes;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// Answers to calls that came with an Idempotency-Key. A row is made before the call goes out and belongs to its node;
/// the answer enters it in the transaction that charges the call, so there is never one without the other.
/// </summary>
internal sealed class AnswerBook(NpgsqlDataSource db, Node node, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const string Claim = """
        insert into gateway_answers as answer (tenant_id, api_key_id, route, key, payload_hash, call_id, node_id, state,
                                               created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'running', $8, $9)
            on conflict (tenant_id, api_key_id, route, key) do update
           set payload_hash = excluded.payload_hash, call_id = excluded.call_id, node_id = excluded.node_id,
               state = 'running', status = null, content_type = null, body = null, created_at = excluded.created_at,
               expires_at = excluded.expires_at
         where answer.state <> 'running' and answer.expires_at <= excluded.created_at
        """;

    private const string Find = """
        select payload_hash, state, status, content_type, body
          from gateway_answers
         where tenant_id = $1 and api_key_id = $2 and route = $3 and key = $4
        """;

    private const string Release = """
        delete from gateway_answers
         where tenant_id = $1 and api_key_id = $2 and route = $3 and key = $4 and call_id = $5 and state = 'running'
        """;

    private const string ReleaseAll = "delete from gateway_answers where node_id = $1 and state = 'running'";

    // The row may be gone by now, with its node believed dead; only another call's is in the way.
    private const string Enter = """
        insert into gateway_answers as answer (tenant_id, api_key_id, route, key, call_id, state, status, content_type,
                                               body, payload_hash, node_id, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, 200, $7, $8, $9, 0, $10, $11)
            on conflict (tenant_id, api_key_id, route, key) do update
           set state = excluded.state, status = excluded.status, content_type = excluded.content_type,
               body = excluded.body
         where answer.call_id = excluded.call_id and answer.state = 'running'
        """;

    /// <param name="State">running, done, or broken: it was cut, and is shown so.</param>
    /// <param name="Body">Null while it runs, and where it was too large to be kept.</param>
    internal sealed record Answer(byte[] PayloadHash, string State, string? ContentType, byte[]? Body) : IRow<Answer>
    {
        public static Answer Read(NpgsqlDataReader row) => new(
            row.GetFieldValue<byte[]>(0), row.GetString(1), row.TextOrNull(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4));
    }

    /// <summary>Null: the key is this call's now.</summary>
    internal async Task<Answer?> ClaimAsync(KeyHolder holder, Repeat repeat, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        while (true)
        {
            var now = clock.GetUtcNow();
            if (await connection.Command(Claim)
                .With(holder.TenantId).With(holder.AnswersId).With(repeat.Route).With(repeat.Key)
                .With(repeat.PayloadHash).With(repeat.CallId).With(node.Id).With(now).With(now + Kept)
                .RunAsync(ct) == 1)
                return null;
            var answer = await connection.Command(Find)
                .With(holder.TenantId).With(holder.AnswersId).With(repeat.Route).With(repeat.Key)
                .OneAsync<Answer>(ct);
            if (answer is not null) return answer;
        }
    }

    /// <summary>Nothing was charged: the same key may try again.</summary>
    internal async Task ReleaseAsync(KeyHolder holder, Repeat repeat)
    {
        await using var connection = await db.OpenConnectionAsync();
        await connection.Command(Release)
            .With(holder.TenantId).With(holder.AnswersId).With(repeat.Route).With(repeat.Key).With(repeat.CallId)
            .RunAsync(default);
    }

    /// <summary>Calls of a node that is gone and did not charge anything.</summary>
    internal static Task ReleaseAllAsync(NpgsqlConnection connection, long ofNode, CancellationToken ct) =>
        connection.Command(ReleaseAll).With(ofNode).RunAsync(ct);

    /// <returns>False: the key went to another call meanwhile, which is the one that is charged.</returns>
    internal static async Task<bool> EnterAsync(
        NpgsqlConnection connection, CallRecord call, StoredAnswer answer, CancellationToken ct) =>
        await connection.Command(Enter)
            .With(call.TenantId).With(call.AnswersId).With(answer.Route).With(answer.Key).With(answer.CallId)
            .With(answer.IsBroken ? "broken" : "done").With(answer.ContentType)
            .WithNullable(answer.IsTooLarge ? null : answer.Body, NpgsqlDbType.Bytea).With(answer.PayloadHash)
            .With(call.At).With(call.At + Kept)
            .RunAsync(ct) == 1;
}

/// <summary>What makes a call the same as an earlier one.</summary>
internal sealed record Repeat(Guid CallId, string Route, string Key, byte[] PayloadHash);

/// <summary>What a call with an Idempotency-Key said, to be said again.</summary>
internal sealed record StoredAnswer(
    Guid CallId, string Route, string Key, byte[] PayloadHash, string ContentType, byte[] Body, bool IsBroken,
    bool IsTooLarge);

using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace SupplyApi.Features.Shared;

/// <summary>
/// Does a write once per key: effect, stored answer and key live in one transaction. Scope: tenant, operator, method
/// and path, key. A repeat gets the stored status and bytes; another payload 409; while the first still runs 202.
/// </summary>
internal sealed class Idempotency(NpgsqlDataSource db, TimeProvider clock, IOptions<JsonOptions> options)
{
    internal static readonly TimeSpan OneDay = TimeSpan.FromHours(24);

    private const int KeyLengthMin = 8;
    private const int KeyLengthMax = 128;

    private const string Lock = "select pg_try_advisory_xact_lock($1)";

    private const string Find = """
        select payload_hash, status, body
          from idempotency_records
         where tenant_id = $1 and operator_id = $2 and route = $3 and key = $4 and expires_at > $5
        """;

    private const string Store = """
        insert into idempotency_records (tenant_id, operator_id, route, key, payload_hash, status, body, created_at,
                                         expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (tenant_id, operator_id, route, key) do update
           set payload_hash = excluded.payload_hash, status = excluded.status, body = excluded.body,
               created_at = excluded.created_at, expires_at = excluded.expires_at
        """;

    /// <param name="work">The effect, inside the transaction. A refusal rolls back and is not remembered.</param>
    internal Task<IResult> OnceAsync<TBody, TAnswer>(
        HttpContext http, Caller caller, Attempt<TBody> attempt, Func<NpgsqlConnection, Task<Outcome<TAnswer>>> work)
        where TAnswer : class =>
        OnceAsync(
            http, caller, attempt,
            before: static () => Task.FromResult<Outcome<string>>(""),
            work: (connection, _) => work(connection));

    /// <param name="before">
    /// What must happen outside any transaction (calls to others): skipped for a repeat; a refusal ends the attempt.
    /// </param>
    /// <param name="work">The effect, inside the transaction. A refusal rolls back and is not remembered.</param>
    internal async Task<IResult> OnceAsync<TBody, TPrepared, TAnswer>(
        HttpContext http, Caller caller, Attempt<TBody> attempt,
        Func<Task<Outcome<TPrepared>>> before, Func<NpgsqlConnection, TPrepared, Task<Outcome<TAnswer>>> work)
        where TPrepared : class
        where TAnswer : class
    {
        if (ReadKey(http, caller, attempt, out var key) is { } refusal) return refusal;

        var ct = http.RequestAborted;
        await using (var early = await db.OpenConnectionAsync(ct))
        {
            if (await FindAsync(early, key, ct) is { } earlier) return earlier;
        }

        var prepared = await before();
        if (prepared.Refusal is not null) return prepared.Refusal;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        // The lock dies with its transaction, and so with its process: nothing stays "in progress" for ever.
        if (!await connection.Command(Lock).With(key.LockNumber).ValueAsync<bool>(ct))
            return Errors.IdempotencyInProgress;
        if (await FindAsync(connection, key, ct) is { } stored) return stored;

        var outcome = await work(connection, prepared.Value!);
        if (outcome.Refusal is not null) return outcome.Refusal;

        var answer = new StoredAnswer(attempt.Status, Bytes(outcome.Value!), Replay: false);
        var now = clock.GetUtcNow();
        await connection.Command(Store)
            .With(caller.TenantId).With(caller.UserId).With(key.Route).With(key.Text).With(key.PayloadHash)
            .With(answer.Status).With(answer.Body).With(now).With(now + attempt.Keep)
            .RunAsync(ct);
        await transaction.CommitAsync(ct);
        return answer;
    }

    private async Task<IResult?> FindAsync(NpgsqlConnection connection, Key key, CancellationToken ct)
    {
        var row = await connection.Command(Find)
            .With(key.Caller.TenantId).With(key.Caller.UserId).With(key.Route).With(key.Text).With(clock.GetUtcNow())
            .OneAsync<Row>(ct);
        if (row is null) return null;

        return row.PayloadHash.AsSpan().SequenceEqual(key.PayloadHash)
            ? new StoredAnswer(row.Status, row.Body, Replay: true)
            : Errors.IdempotencyMismatch;
    }

    private Refusal? ReadKey<TBody>(HttpContext http, Caller caller, Attempt<TBody> attempt, out Key key)
    {
        key = default;
        var text = http.Request.Headers["Idempotency-Key"].ToString();
        if (text.Length is < KeyLengthMin or > KeyLengthMax)
            return Errors.Invalid("Idempotency-Key",
                $"Idempotency-Key must have {KeyLengthMin} to {KeyLengthMax} characters.");
        if (http.Request.Headers["X-Request-Id"].ToString() != http.TraceIdentifier)
            return Errors.Invalid("X-Request-Id",
                "X-Request-Id is required: 8 to 128 letters, digits, dots, colons, dashes or underscores.");

        // Hashed as parsed: white space and the order of fields are not another payload.
        var payload = attempt.Body is null ? [] : Bytes(attempt.Body);
        key = new Key(caller, $"{http.Request.Method} {http.Request.Path}", text, Secrets.Hash(payload));
        return null;
    }

    private byte[] Bytes<T>(T value) =>
        JsonSerializer.SerializeToUtf8Bytes(value, options.Value.SerializerOptions.GetTypeInfo(typeof(T)));

    private readonly record struct Key(Caller Caller, string Route, string Text, byte[] PayloadHash)
    {
        internal long LockNumber =>
            Secrets.LockNumber($"idempotency\n{Caller.TenantId}\n{Caller.UserId}\n{Route}\n{Text}");
    }

    private sealed record Row(byte[] PayloadHash, int Status, byte[] Body) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) =>
            new(row.GetFieldValue<byte[]>(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2));
    }

    private sealed record StoredAnswer(int Status, byte[] Body, bool Replay) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (Replay) httpContext.Response.Headers["Idempotent-Replay"] = "true";
            httpContext.Response.StatusCode = Status;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            httpContext.Response.ContentLength = Body.Length;
            await httpContext.Response.Body.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}

/// <param name="Body">The parsed request; null for writes without a body.</param>
/// <param name="Status">The status of success.</param>
/// <param name="Keep">How long the answer is remembered.</param>
internal sealed record Attempt<TBody>(TBody? Body, int Status, TimeSpan Keep);

/// <summary>A value or the refusal that came instead.</summary>
internal readonly struct Outcome<T> where T : class
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    internal T? Value { get; }

    internal Refusal? Refusal { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}

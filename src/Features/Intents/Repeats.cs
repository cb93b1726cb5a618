using System.Globalization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Intents;

/// <summary>
/// Makes what an app asks for once per Idempotency-Key, where it sends one: for a day a repeat gets the first answer.
/// Keys are a consumer's own, whichever of its apps sends them. What is kept of the request tells nothing of it.
/// </summary>
internal sealed class Repeats(Secrets secrets, TimeProvider clock, IOptions<JsonOptions> options)
{
    internal const string Header = "Idempotency-Key";
    private const int KeyLengthMin = 8;
    private const int KeyLengthMax = 128;
    private static readonly TimeSpan Keep = TimeSpan.FromHours(24);

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

    /// <summary>Null: no key was sent. A refusal: it is no key.</summary>
    internal Outcome<Attempted>? Read<T>(HttpContext http, AppCaller caller, T body)
    {
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0) return null;
        if (key.Length is < KeyLengthMin or > KeyLengthMax)
            return Errors.Format(Header, $"{Header} must have {KeyLengthMin} to {KeyLengthMax} characters.");

        var route = string.Create(CultureInfo.InvariantCulture,
            $"{http.Request.Method} {http.Request.Path} consumer/{caller.App.ConsumerId}");
        // Hashed as parsed: white space and the order of members are not another payload.
        var payload = Bytes(body);
        // Under a key of ours: nobody who reads it can try phone numbers until it fits.
        return new Attempted(caller.App, route, key, secrets.CodeMac(Convert.ToHexString(Secrets.Hash(payload))));
    }

    /// <summary>In the transaction of the work: the stored answer, or why there is none yet, or null: do it.</summary>
    internal async Task<IResult?> BeginAsync(NpgsqlConnection connection, Attempted attempt, CancellationToken ct)
    {
        if (!await connection.Command(Lock).With(attempt.LockNumber).ValueAsync<bool>(ct))
            return Errors.AppCallStillRuns;
        var row = await connection.Command(Find)
            .With(attempt.App.TenantId).With(attempt.App.UserId).With(attempt.Route).With(attempt.Key)
            .With(clock.GetUtcNow())
            .OneAsync<Row>(ct);
        if (row is null) return null;
        return row.PayloadHash.AsSpan().SequenceEqual(attempt.PayloadHash)
            ? new Kept(row.Status, row.Body)
            : Errors.KeyOfAnotherAppCall;
    }

    internal Task EndAsync<T>(
        NpgsqlConnection connection, Attempted attempt, int status, T answer, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return connection.Command(Store)
            .With(attempt.App.TenantId).With(attempt.App.UserId).With(attempt.Route).With(attempt.Key)
            .With(attempt.PayloadHash).With(status).With(Bytes(answer)).With(now).With(now + Keep)
            .RunAsync(ct);
    }

    private byte[] Bytes<T>(T value) =>
        JsonSerializer.SerializeToUtf8Bytes(value, options.Value.SerializerOptions.GetTypeInfo(typeof(T)));

    private sealed record Row(byte[] PayloadHash, int Status, byte[] Body) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) =>
            new(row.GetFieldValue<byte[]>(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2));
    }

    private sealed record Kept(int Status, byte[] Body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers["Idempotent-Replay"] = "true";
            httpContext.Response.StatusCode = Status;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            httpContext.Response.ContentLength = Body.Length;
            return httpContext.Response.Body.WriteAsync(Body, httpContext.RequestAborted).AsTask();
        }
    }
}

/// <summary>A request with an Idempotency-Key.</summary>
internal sealed record Attempted(SignedApp App, string Route, string Key, byte[] PayloadHash)
{
    internal long LockNumber => Secrets.LockNumber(string.Create(
        CultureInfo.InvariantCulture, $"app\n{App.TenantId}\n{App.UserId}\n{Route}\n{Key}"));
}

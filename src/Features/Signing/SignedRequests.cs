using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace SupplyApi.Features.Signing;

/// <summary>
/// Lets in who signed a request, once per signature, and no more often than the app may: on all nodes together, as the
/// database counts. It says what was wrong; how that is told is the surface's affair.
/// </summary>
internal sealed class SignedRequests(NpgsqlDataSource db, AppDirectory apps, TimeProvider clock)
{
    private const int AppsHeardOfMax = 50_000;
    private const int SignatureLength = 2 * RequestSignature.Bytes;
    private static readonly TimeSpan UseIsNewsAfter = TimeSpan.FromMinutes(1);

    // Longer than the clocks of nodes are apart.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private const string Admit =
        "select verdict, still_free, ends_at from admit_signed($1, $2, $3, $4, $5, $6)";

    private readonly ConcurrentDictionary<long, long> usedAt = new();

    /// <summary>Reads the body, and puts it back for the next reader. Throws when the database is not there.</summary>
    /// <param name="bodyBytesMax">A longer body is refused.</param>
    internal async Task<Outcome<SignedApp>> AdmitAsync(HttpContext http, int bodyBytesMax)
    {
        if (SignedHeaders.Read(http.Request, out var headers) is { } malformed) return malformed;
        var app = await apps.FindAsync(headers.AppId, http.RequestAborted);
        if (app is null) return Errors.NoSuchApp;
        if (!app.Allows(http.Connection.RemoteIpAddress)) return Errors.AppClosedToAddress;

        var now = clock.GetUtcNow();
        if ((now - headers.At).Duration() > app.Tolerance) return Errors.TimestampExpired(now, app.Tolerance);
        if (!TryReadSignature(http.Request, app, out var signature))
            return Errors.Signature(app.SignatureHeader, $"{app.SignatureHeader} must be 64 hexadecimal digits.");
        if (await SignedBody.ReadAsync(http, bodyBytesMax) is not { } body) return Errors.TooLarge;
        SecondParts? second = null;
        if (headers.Nonce is not null
            && headers.ReadSecond(http.Request, body.Length > 0, out second) is { } unsigned)
            return unsigned;

        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var parts = new SignedParts(http.Request.Method, target, headers.Timestamp, body);
        if (!IsGenuine(app, parts, second, signature, now))
        {
            // It may be by a secret that was made a moment ago, of which this node has not been told yet.
            if (await apps.FindAgainAsync(headers.AppId, http.RequestAborted) is not { } present
                || !IsGenuine(present, parts, second, signature, now))
                return Errors.Signature(
                    app.SignatureHeader, "The signature is not that of this request under the app's secret.");
            app = present;
        }

        // Only who holds the secret is told that it was shut.
        if (!app.IsValid(now)) return Errors.AppClosed;
        return await CountAsync(http, app, headers, signature, now) is { } refused ? refused : app.Identity;
    }

    private static bool TryReadSignature(HttpRequest request, App app, out byte[] signature)
    {
        signature = new byte[RequestSignature.Bytes];
        var text = SignedHeaders.Text(request, app.SignatureHeader);
        return text.Length == SignatureLength
            && Convert.FromHexString(text, signature, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private static bool IsGenuine(
        App app, in SignedParts parts, SecondParts? second, byte[] signature, DateTimeOffset now)
    {
        var isGenuine = false;
        foreach (var key in app.KeysAt(now))
        {
            var expected = second is null
                ? RequestSignature.First(key, parts)
                : RequestSignature.Second(key, parts, second);
            isGenuine |= Secrets.SameBytes(expected, signature);
        }

        return isGenuine;
    }

    private async Task<Refusal?> CountAsync(
        HttpContext http, App app, SignedHeaders headers, byte[] signature, DateTimeOffset now)
    {
        // Of the second profile the nonce is what may come once, whatever it signs.
        var seen = headers.Nonce is null ? Secrets.Hash(signature) : Secrets.Hash($"{headers.AppId}\n{headers.Nonce}");
        await using var connection = await db.OpenConnectionAsync(http.RequestAborted);
        var count = (await connection.Command(Admit)
            .With(seen).With(headers.At + app.Tolerance + Margin).With(now).With(app.Identity.CredentialId)
            .With(app.PerSecond).With(IsUseNews(app.Identity.CredentialId))
            .OneAsync<Count>(http.RequestAborted))!;
        http.Response.OnStarting(
            static state => ((RateHeaders)state).SetAsync(), new RateHeaders(http, app.PerSecond, count));
        return count.Verdict switch
        {
            "admitted" => null,
            "limited" => Errors.TooMany(TimeSpan.FromSeconds(1)),
            _ => Errors.SignatureRepeated,
        };
    }

    // The row says when the app was last heard of, to the minute.
    private bool IsUseNews(long credential)
    {
        var now = clock.GetTimestamp();
        if (usedAt.TryGetValue(credential, out var told) && clock.GetElapsedTime(told, now) < UseIsNewsAfter)
            return false;
        if (usedAt.Count > AppsHeardOfMax) usedAt.Clear();
        usedAt[credential] = now;
        return true;
    }

    private sealed record Count(string Verdict, int Free, DateTimeOffset EndsAt) : IRow<Count>
    {
        public static Count Read(NpgsqlDataReader row) =>
            new(row.GetString(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>Set when the answer begins, so that no fault on the way to it takes them off again.</summary>
    private sealed record RateHeaders(HttpContext Http, int Most, Count Count)
    {
        internal Task SetAsync()
        {
            var headers = Http.Response.Headers;
            headers["X-RateLimit-Limit"] = Text(Most);
            headers["X-RateLimit-Remaining"] = Text(Count.Free);
            headers["X-RateLimit-Reset"] = Text(Count.EndsAt.ToUnixTimeSeconds());
            headers["RateLimit-Policy"] = $"\"app\";q={Text(Most)};w=1";
            headers["RateLimit"] = $"\"app\";r={Text(Count.Free)};t=1";
            return Task.CompletedTask;
        }

        private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}

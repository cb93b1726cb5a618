using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Signing;

/// <summary>
/// Lets in who signed a request, once per signature, and no more often than the app may: on all nodes together, as the
/// database counts. It says what was wrong; how that is told is the surface's affair.
/// </summary>
internal sealed class SignedRequests(
    NpgsqlDataSource db, AppDirectory apps, UncheckedBodies bodies, TimeProvider clock)
{
    private const int AppsHeardOfMax = 50_000;
    private const int SignatureLength = 2 * RequestSignature.Bytes;
    private static readonly TimeSpan UseIsNewsAfter = TimeSpan.FromMinutes(1);

    // A signature is remembered until it is too old by whatever tolerance its app may ever be given: one that was
    // raised would else bring back what was seen. A minute more, as the clocks of nodes are apart. The rows of that
    // hour are not many more than there are anyway: those that ended are swept away once in an hour.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(HmacTerms.ToleranceMax + 60);

    private const string Admit =
        "select verdict, still_free, ends_at from admit_signed($1, $2, $3, $4, $5, $6)";

    private readonly ConcurrentDictionary<long, long> usedAt = new();
    private readonly ConcurrentDictionary<long, Count> lastCounts = new();

    /// <summary>Reads the body, and puts it back for the next reader. Throws when the database is not there.</summary>
    /// <param name="bodyBytesMax">A longer body is refused.</param>
    internal async Task<Outcome<SignedApp>> AdmitAsync(HttpContext http, int bodyBytesMax)
    {
        var malformed = SignedHeaders.Read(http.Request, out var headers);
        if (headers.AppId.Length == 0) return malformed!;
        var app = await apps.FindAsync(headers.AppId, http.RequestAborted);
        if (app is null) return malformed ?? Errors.NoSuchApp;
        var now = clock.GetUtcNow();
        var rate = RateHeaders.On(http, app.PerSecond, LastCountOf(app, now));
        if (malformed is not null) return malformed;
        if (!app.AllowedAddresses.Allow(http.Connection.RemoteIpAddress)) return Errors.AppClosedToAddress;
        if ((now - headers.At).Duration() > app.Tolerance) return Errors.TimestampExpired(now, app.Tolerance);
        if (!TryReadSignature(http.Request, app, out var signature))
            return Errors.Signature(app.SignatureHeader, $"{app.SignatureHeader} must be 64 hexadecimal digits.");
        var read = await SignedBody.ReadAsync(http, bodyBytesMax, bodies);
        if (read.Value is not { } body) return read.Refusal!;
        using (body)
        {
            var (present, wrong) = await VerifyAsync(http, app, headers, body.Bytes, signature, now);
            if (present is null) return wrong!;
            app = present;
        }

        // Only who holds the secret is told that it was shut.
        if (!app.IsValid(now)) return Errors.AppClosed;
        rate.Count = await CountAsync(app, headers, signature, now, http.RequestAborted);
        return rate.Count.Verdict switch
        {
            "admitted" => app.Identity,
            "limited" => Errors.TooMany(TimeSpan.FromSeconds(1)),
            _ => Errors.SignatureRepeated,
        };
    }

    // As the app is now: the signature may be by a secret that was made a moment ago, of which this node has not been
    // told yet.
    private async Task<(App? App, Refusal? Wrong)> VerifyAsync(
        HttpContext http, App app, SignedHeaders headers, ReadOnlyMemory<byte> body, byte[] signature,
        DateTimeOffset now)
    {
        SecondParts? second = null;
        if (headers.Nonce is not null
            && headers.ReadSecond(http.Request, body.Length > 0, out second) is { } unsigned)
            return (null, unsigned);

        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var parts = new SignedParts(http.Request.Method, target, headers.Timestamp, body);
        if (IsGenuine(app, parts, second, signature, now)) return (app, null);
        if (await apps.FindAgainAsync(headers.AppId, http.RequestAborted) is { } present
            && IsGenuine(present, parts, second, signature, now))
            return (present, null);
        return (null, Errors.Signature(
            app.SignatureHeader, "The signature is not that of this request under the app's secret."));
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

    private async Task<Count> CountAsync(
        App app, SignedHeaders headers, byte[] signature, DateTimeOffset now, CancellationToken ct)
    {
        // Of the second profile the nonce is what may come once, whatever it signs.
        var seen = headers.Nonce is null ? Secrets.Hash(signature) : Secrets.Hash($"{headers.AppId}\n{headers.Nonce}");
        await using var connection = await db.OpenConnectionAsync(ct);
        var count = (await connection.Command(Admit)
            .With(seen).With(headers.At + Remembered).With(now).With(app.Identity.CredentialId)
            .With(app.PerSecond).With(IsUseNews(app.Identity.CredentialId))
            .OneAsync<Count>(ct))!;
        if (lastCounts.Count > AppsHeardOfMax) lastCounts.Clear();
        lastCounts[app.Identity.CredentialId] = count;
        return count;
    }

    // What is told to who has not been counted: nothing was taken of a second that this node has not heard of.
    private Count LastCountOf(App app, DateTimeOffset now)
    {
        if (lastCounts.TryGetValue(app.Identity.CredentialId, out var last) && last.EndsAt > now)
            return last with { Free = Math.Min(last.Free, app.PerSecond) };
        return new Count("", app.PerSecond, DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 1));
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
    private sealed class RateHeaders(HttpContext http, int most)
    {
        internal required Count Count { get; set; }

        internal static RateHeaders On(HttpContext http, int most, Count count)
        {
            var headers = new RateHeaders(http, most) { Count = count };
            http.Response.OnStarting(static state => ((RateHeaders)state).SetAsync(), headers);
            return headers;
        }

        private Task SetAsync()
        {
            var headers = http.Response.Headers;
            headers["X-RateLimit-Limit"] = Text(most);
            headers["X-RateLimit-Remaining"] = Text(Count.Free);
            headers["X-RateLimit-Reset"] = Text(Count.EndsAt.ToUnixTimeSeconds());
            headers["RateLimit-Policy"] = $"\"app\";q={Text(most)};w=1";
            headers["RateLimit"] = $"\"app\";r={Text(Count.Free)};t=1";
            return Task.CompletedTask;
        }

        private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}

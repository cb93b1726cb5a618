using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace SupplyApi.Features.Shared;

/// <summary>Where signed messages go, and the secret that both ends know.</summary>
internal sealed record WebhookAddress(Uri Url, byte[] Secret)
{
    private const string Prefix = "whsec_";
    private const int BytesMin = 24;
    private const int BytesMax = 64;

    /// <summary>Null when the text is not `whsec_` and 24 to 64 bytes in base64.</summary>
    internal static byte[]? ReadSecret(string text)
    {
        var secret = new byte[BytesMax + 2]; // What is too long must still be seen to be.
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], secret, out var length)
            && length is >= BytesMin and <= BytesMax
            ? secret[..length]
            : null;
    }
}

/// <summary>What became of one message. The receiver's own words are never kept.</summary>
/// <param name="Status">Null when no answer came.</param>
/// <param name="Problem">The status, or the kind of failure.</param>
internal readonly record struct Posted(int? Status, string Problem)
{
    internal bool IsTaken => Status is >= 200 and < 300;

    /// <summary>The receiver wants no more of it.</summary>
    internal bool IsGone => Status == StatusCodes.Status410Gone;
}

/// <summary>
/// Posts messages signed as the Standard Webhooks specification says. The whole call has a limit, no redirect is
/// followed, and of the answer only the status counts.
/// </summary>
internal sealed class Webhook(TimeProvider clock) : IDisposable
{
    private const int AnswerBytesMax = 4096;

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker invoker = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        // An answer's body is read only to keep the line for the next message.
        MaxResponseDrainSize = AnswerBytesMax,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    });

    /// <param name="id">Of the message, equal however often it is sent.</param>
    internal async Task<Posted> PostAsync(WebhookAddress to, string id, byte[] body, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        using var request = Signed(to, id, body);
        try
        {
            using var answer = await invoker.SendAsync(request, limit.Token);
            var status = (int)answer.StatusCode;
            return new Posted(status, string.Create(CultureInfo.InvariantCulture, $"status {status}"));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Posted(null, "no answer in time");
        }
        catch (HttpRequestException error)
        {
            return new Posted(null, Kind(error.HttpRequestError));
        }
        catch (IOException)
        {
            return new Posted(null, Kind(HttpRequestError.ResponseEnded));
        }
    }

    public void Dispose() => invoker.Dispose();

    private HttpRequestMessage Signed(WebhookAddress to, string id, byte[] body)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var request = new HttpRequestMessage(HttpMethod.Post, to.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add(
            "webhook-signature", "v1," + Convert.ToBase64String(Secrets.SharedMac(to.Secret, signed)));
        return request;
    }

    private static string Kind(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "the name is not known",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "no secure connection",
        _ => "the connection broke",
    };
}

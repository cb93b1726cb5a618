using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SupplyApi.Tests.Harness;

/// <summary>An app that signs what it sends, with code of its own: the service's is what is tested.</summary>
public sealed class Signer(SupplyApiProcess api, Transcript? transcript, App app) : Client(api, transcript)
{
    private static long last;

    private bool isSecond;
    private string signedHeaders = "";

    public App App { get; } = app;
    public Actor Owner => App.Owner;
    public string Id => App.AppId!;
    public string Secret => App.Secret!;

    /// <summary>The same app, signing by the second profile.</summary>
    /// <param name="headers">Besides host and, with a body, content-type.</param>
    public Signer BySecondProfile(params string[] headers) => (Signer)Changed(one =>
    {
        ((Signer)one).isSecond = true;
        ((Signer)one).signedHeaders = string.Join(';', headers);
    });

    /// <summary>The same app with another secret, good or not.</summary>
    public Signer WithSecret(string other) => new(Api, Transcript, App with { Secret = other });

    /// <summary>A moment that no other request of the run is signed at, as one signature is good once.</summary>
    public static long Now()
    {
        while (true)
        {
            var before = Interlocked.Read(ref last);
            var next = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), before + 1);
            if (Interlocked.CompareExchange(ref last, next, before) == before) return next;
        }
    }

    /// <summary>By the first profile.</summary>
    public string Signature(string method, string target, long time, string body = "") =>
        Mac(string.Create(CultureInfo.InvariantCulture, $"{method}{target}{time}{body}"));

    public string Mac(string text) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(text)));

    protected override void Sign(HttpRequestMessage request, string? body)
    {
        var (time, target) = (Now(), request.RequestUri!.PathAndQuery);
        Add(request, "X-App-Id", Id);
        Add(request, "X-Timestamp", time.ToString(CultureInfo.InvariantCulture));
        if (!isSecond)
        {
            Add(request, "X-Signature", Signature(request.Method.Method, target, time, body ?? ""));
            return;
        }

        var nonce = Guid.NewGuid().ToString("n");
        string[] headers = [.. signedHeaders.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Append("host").Concat(body is null ? [] : ["content-type"]).Order(StringComparer.Ordinal)];
        var names = string.Join(';', headers);
        Add(request, "X-Signature-Profile", "2");
        Add(request, "X-Nonce", nonce);
        Add(request, "X-Signed-Headers", names);
        var at = target.IndexOf('?');
        Add(request, "X-Signature", Mac(string.Join('\n', (string[])[
            "SUPPLY-HMAC-SHA256-2", request.Method.Method, at < 0 ? target : target[..at],
            at < 0 ? "" : target[(at + 1)..], time.ToString(CultureInfo.InvariantCulture), nonce, Id, names,
            .. headers.Select(name => $"{name}:{ValueOf(request, name)}"),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body ?? ""))),
        ])));
    }

    private static string ValueOf(HttpRequestMessage request, string name) => name == "host"
        ? request.RequestUri!.Authority
        : string.Join(", ", request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .Where(one => one.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .SelectMany(static one => one.Value));
}

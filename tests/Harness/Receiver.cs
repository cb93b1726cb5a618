using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// Somebody whom the service tells things. Checks the signature as the Standard Webhooks specification says, and takes
/// every message unless told otherwise.
/// </summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentQueue<Delivery> deliveries = new();
    private readonly ConcurrentQueue<string> forgeries = new();
    private readonly ConcurrentQueue<int> refusals = new();
    private readonly WebApplication app;
    private volatile TaskCompletionSource open = Opened();
    private volatile int always = StatusCodes.Status204NoContent;

    private Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(TakeAsync);
    }

    public string Url => app.Urls.First() + "/hooks?of=supply";

    public string Secret => "whsec_" + Convert.ToBase64String(key);

    /// <summary>What makes a process tell this receiver everything.</summary>
    public Dictionary<string, string> Settings(string retryAfter = "00:00:01") => new()
    {
        ["Supply__Webhook__Url"] = Url,
        ["Supply__Webhook__Secret"] = Secret,
        ["Supply__Webhook__RetryAfter"] = retryAfter,
    };

    /// <summary>All that came with a good signature, the oldest first, whatever was answered.</summary>
    public IReadOnlyList<Delivery> Deliveries =>
        forgeries.IsEmpty ? [.. deliveries] : throw new InvalidOperationException(string.Join('\n', forgeries));

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>The next messages get these statuses, those after them 204.</summary>
    public void Refuse(params int[] statuses)
    {
        foreach (var status in statuses) refusals.Enqueue(status);
    }

    public void AlwaysAnswer(int status) => always = status;

    /// <summary>Messages are taken in, but not answered before <see cref="LetGo"/>.</summary>
    public void Hang() => open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => open.TrySetResult();

    public Task<IReadOnlyList<Delivery>> BecomesAsync(
        Func<IReadOnlyList<Delivery>, bool> isSo, string what, int seconds = 30) =>
        Eventually.Async(() => Task.FromResult(Deliveries), isSo, what, seconds);

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var text = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await text.ReadToEndAsync();
        var id = http.Request.Headers["webhook-id"].ToString();
        var timestamp = http.Request.Headers["webhook-timestamp"].ToString();
        var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        var isGenuine = http.Request.Headers["webhook-signature"] == "v1," + Convert.ToBase64String(mac)
            && http.Request is { Method: "POST", ContentType: "application/json", Path.Value: "/hooks" };
        if (!isGenuine)
        {
            forgeries.Enqueue($"{http.Request.Method} {http.Request.Path} {id} is not signed as it should be: {body}");
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        deliveries.Enqueue(new Delivery(
            id, DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture)),
            JsonNode.Parse(body)!.AsObject(), DateTimeOffset.UtcNow));
        await open.Task;
        http.Response.StatusCode = refusals.TryDequeue(out var status) ? status : always;
        if (http.Response.StatusCode is 301 or 302) http.Response.Headers.Location = "/elsewhere";
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}

/// <summary>One message, as it came.</summary>
public sealed record Delivery(string Id, DateTimeOffset Timestamp, JsonObject Body, DateTimeOffset ReceivedAt)
{
    public string Text(string member) => Body[member]!.GetValue<string>();
}

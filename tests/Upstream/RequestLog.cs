namespace SupplyApi.Upstream;

/// <summary>The last requests, so that a test sees how many calls arrived and whether the client hung up.</summary>
internal sealed class RequestLog
{
    private const int CallsMax = 20_000;

    private readonly Lock gate = new();
    private readonly Queue<Call> calls = new();

    internal async Task ObserveAsync(HttpContext http, RequestDelegate next)
    {
        var call = new Call(http.Request.Method, http.Request.Path, Credential.Digest(Credential.Read(http.Request)));
        http.Features.Set(call);
        Add(call);
        await using var leaving = http.RequestAborted.Register(() => call.Aborted = !call.CutByUs);
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client left, and the call says so.
        }
        call.Status = http.Response.StatusCode;
        call.Finished = true;
    }

    internal async Task ShowAsync(HttpContext http)
    {
        var credential = http.Request.Query["credential"].ToString();
        await http.SendJsonAsync($$"""{"requests":[{{string.Join(',', Find(credential))}}]}""");
    }

    private void Add(Call call)
    {
        lock (gate)
        {
            calls.Enqueue(call);
            if (calls.Count > CallsMax) calls.Dequeue();
        }
    }

    private List<string> Find(string credential)
    {
        lock (gate)
            return [.. calls.Where(call => credential is "" || IsOf(call, credential)).Select(call => call.ToJson())];
    }

    private static bool IsOf(Call call, string credential) =>
        call.Credential is { } digest
        && (digest.StartsWith(credential, StringComparison.Ordinal)
            || credential.StartsWith(digest, StringComparison.Ordinal));
}

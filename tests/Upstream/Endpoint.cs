using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>One way to ask the model, plain and as a stream, with the faults that the prompt orders.</summary>
internal abstract class Endpoint(Protocol protocol)
{
    private const string NoJson =
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
        + "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)";

    private static readonly byte[] Garbage = [0xFF, 0xFE, 0x00, .. "<html><body>502 Bad Gateway</body></html>\n"u8];

    private readonly ConcurrentDictionary<string, int> attempts = new();
    private long answered;

    internal async Task HandleAsync(HttpContext http)
    {
        if (!await Credential.AdmitAsync(http, protocol)) return;
        var body = await ReadAsync(http);
        if (Parse(body) is not { } root)
        {
            await Refusal.SendAsync(http, protocol, StatusCodes.Status400BadRequest, NoJson);
            return;
        }

        if (Judge(http, root) is { } fault)
        {
            await Refusal.SendAsync(
                http, protocol, StatusCodes.Status400BadRequest, fault.Message, fault.Param, fault.Code);
            return;
        }

        var prompt = Read(http, root);
        if (prompt.Model.Contains("missing", StringComparison.OrdinalIgnoreCase))
        {
            await Refusal.SendAsync(http, protocol, StatusCodes.Status404NotFound);
            return;
        }

        var directives = Find(prompt.Text);
        await Task.Delay(directives.Hang ? Timeout.Infinite : directives.FirstByteMs, http.RequestAborted);
        if (await RefuseAsync(http, prompt, directives)) return;

        var answer = Answer.To(prompt, directives, body, http.Request);
        var number = Interlocked.Increment(ref answered).ToString("d22", CultureInfo.InvariantCulture);
        var script = Write(http, root, prompt, directives, answer, number);
        WriteHeaders(http);
        if (prompt.IsStream && !directives.Whole) await StreamAsync(http, directives, script);
        else await SendWholeAsync(http, directives, script.Whole);
    }

    /// <summary>What is wrong with the request, in the provider's words; null when nothing is.</summary>
    protected abstract (string Message, string? Param, string? Code)? Judge(HttpContext http, JsonElement root);

    protected abstract Prompt Read(HttpContext http, JsonElement root);

    /// <param name="number">Makes ids that no other answer has.</param>
    protected abstract Script Write(
        HttpContext http, JsonElement root, Prompt prompt, Directives directives, Answer answer, string number);

    protected virtual void WriteHeaders(HttpContext http) => OpenAiHeaders.Write(http);

    /// <summary>An event of the stream.</summary>
    protected static string Event(string data, string? name = null) =>
        name is null ? $"data: {data}\n\n" : $"event: {name}\ndata: {data}\n\n";

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Directives Find(string text)
    {
        var directives = new Directives(text);
        if (directives.Times is not { } times) return directives;
        return attempts.AddOrUpdate(text, 1, (_, count) => count + 1) > times ? Directives.None : directives;
    }

    private async Task<bool> RefuseAsync(HttpContext http, Prompt prompt, Directives directives)
    {
        if (directives.OutOfQuota) await Refusal.SendQuotaAsync(http, protocol);
        else if (directives.Leak)
            await Refusal.SendAsync(http, protocol, StatusCodes.Status400BadRequest,
                $"The key {Credential.Read(http.Request)} cannot use this parameter.");
        else if (directives.Redirect) http.Response.Redirect("/v1/elsewhere", permanent: false, preserveMethod: true);
        else if (directives.Status is { } status) await Refusal.SendAsync(http, protocol, status);
        else if (directives.ErrorInMidStream && !prompt.IsStream) await Refusal.SendAsync(http, protocol, 500);
        else return false;
        return true;
    }

    private static async Task SendWholeAsync(HttpContext http, Directives directives, string whole)
    {
        var bytes = directives.Garbage ? Garbage : Encoding.UTF8.GetBytes(whole);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        var half = directives.CutAfter is null && directives.SlowMs == 0 ? bytes.Length : bytes.Length / 2;
        await http.SendAsync(bytes.AsMemory(0, half));
        if (directives.CutAfter is not null)
        {
            await http.CutAsync();
            return;
        }
        if (directives.SlowMs > 0) await Task.Delay(directives.SlowMs, http.RequestAborted);
        if (half < bytes.Length) await http.SendAsync(bytes.AsMemory(half));
    }

    private static async Task StreamAsync(HttpContext http, Directives directives, Script script)
    {
        var stream = new EventStream(http, directives);
        http.Response.ContentType = script.ContentType;
        if (directives.Garbage)
        {
            await stream.SendBytesAsync(Garbage);
            return;
        }

        foreach (var piece in script.Opening) await stream.SendAsync(piece);
        for (var sent = 0; sent < script.Chunks.Count && sent != directives.CutAfter; sent++)
        {
            if (directives.ErrorInMidStream && sent >= script.Chunks.Count / 2)
            {
                await stream.SendAsync(directives.Quote ? Quoting(http, script.Failure) : script.Failure);
                return;
            }
            if (sent == directives.StallAfter) await Task.Delay(Timeout.Infinite, http.RequestAborted);
            if (directives.SlowMs > 0) await Task.Delay(directives.SlowMs, http.RequestAborted);
            await stream.SendAsync(script.Chunks[sent]);
        }
        if (directives.CutAfter is not null)
        {
            await http.CutAsync();
            return;
        }

        foreach (var piece in script.Closing) await stream.SendAsync(piece);
    }

    private static string Quoting(HttpContext http, string failure)
    {
        const string message = "\"message\":\"";
        var credential = Credential.Read(http.Request)!;
        return failure.Replace(
            message, $"{message}Incorrect API key provided: {credential[..8]}********{credential[^4..]}. ",
            StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }
}

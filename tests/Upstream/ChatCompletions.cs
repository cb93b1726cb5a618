using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace SupplyApi.Upstream;

/// <summary>POST /v1/chat/completions, plain and as a stream, with the faults that the prompt orders.</summary>
internal sealed class ChatCompletions
{
    private static readonly byte[] Garbage = [0xFF, 0xFE, 0x00, .. "<html><body>502 Bad Gateway</body></html>\n"u8];

    private readonly ConcurrentDictionary<string, int> attempts = new();
    private long answered;

    internal async Task HandleAsync(HttpContext http)
    {
        if (!await Credential.AdmitAsync(http, Protocol.OpenAi)) return;
        var body = await ReadAsync(http);
        if (await ChatRequest.ReadAsync(http, body) is not { } request) return;
        if (request.Model.Contains("missing", StringComparison.OrdinalIgnoreCase))
        {
            await Refusal.SendAsync(http, Protocol.OpenAi, StatusCodes.Status404NotFound);
            return;
        }

        var directives = Find(request.LastUserText);
        await Task.Delay(directives.Hang ? Timeout.Infinite : directives.FirstByteMs, http.RequestAborted);
        if (await RefuseAsync(http, request, directives)) return;

        var answer = Answer.To(request, directives, body, http.Request);
        var shapes = Shape(request, directives);
        OpenAiHeaders.Write(http);
        if (request.Stream) await StreamAsync(http, request, directives, answer, shapes);
        else await SendWholeAsync(http, directives, shapes.Completion(answer));
    }

    private Directives Find(string text)
    {
        var directives = new Directives(text);
        if (directives.Times is not { } times) return directives;
        return attempts.AddOrUpdate(text, 1, (_, count) => count + 1) > times ? Directives.None : directives;
    }

    private static async Task<bool> RefuseAsync(HttpContext http, ChatRequest request, Directives directives)
    {
        if (directives.OutOfQuota) await Refusal.SendQuotaAsync(http);
        else if (directives.Leak)
            await Refusal.SendInvalidAsync(http, $"The key {Credential.Read(http.Request)} cannot use this parameter.");
        else if (directives.Status is { } status) await Refusal.SendAsync(http, Protocol.OpenAi, status);
        else if (directives.ErrorInMidStream && !request.Stream) await Refusal.SendAsync(http, Protocol.OpenAi, 500);
        else return false;
        return true;
    }

    private ChatShapes Shape(ChatRequest request, Directives directives)
    {
        var number = Interlocked.Increment(ref answered).ToString("d22", CultureInfo.InvariantCulture);
        var created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new ChatShapes($"chatcmpl-SIM{number}", created, ModelLists.Resolve(request.Model), request, directives);
    }

    private static async Task SendWholeAsync(HttpContext http, Directives directives, string completion)
    {
        var bytes = directives.Garbage ? Garbage : Encoding.UTF8.GetBytes(completion);
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

    private static async Task StreamAsync(
        HttpContext http, ChatRequest request, Directives directives, Answer answer, ChatShapes shapes)
    {
        var stream = new EventStream(http, directives);
        stream.Open();
        if (directives.Garbage)
        {
            await stream.SendBytesAsync(Garbage);
            return;
        }

        var chunks = ListChunks(answer, shapes).ToList();
        await stream.SendAsync(shapes.Opening(answer, answer.Usage.After(0, 1)));
        for (var sent = 0; sent < chunks.Count && sent != directives.CutAfter; sent++)
        {
            if (directives.ErrorInMidStream && sent >= chunks.Count / 2)
            {
                await stream.SendAsync(Refusal.InMidStream);
                return;
            }
            if (directives.SlowMs > 0) await Task.Delay(directives.SlowMs, http.RequestAborted);
            await stream.SendAsync(chunks[sent]);
        }
        if (directives.CutAfter is not null)
        {
            await http.CutAsync();
            return;
        }

        await stream.SendAsync(shapes.Finish(answer));
        if (request.IncludeUsage && !directives.NoUsage) await stream.SendAsync(shapes.UsageOnly(answer));
        if (!directives.NoDone) await stream.SendAsync("[DONE]");
    }

    private static IEnumerable<string> ListChunks(Answer answer, ChatShapes shapes)
    {
        var whole = Math.Max(1, answer.Pieces.Count + answer.Calls.Sum(call => call.Pieces.Count));
        var part = 0;
        foreach (var piece in answer.Pieces)
            yield return shapes.Content(piece, answer.Usage.After(++part, whole));
        foreach (var call in answer.Calls)
        {
            if (call.Place > 0) yield return shapes.CallHead(call, answer.Usage.After(part, whole));
            foreach (var piece in call.Pieces)
                yield return shapes.CallPiece(call, piece, answer.Usage.After(++part, whole));
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }
}

// A provider that costs next to nothing, so that it is not what is measured. It takes any call in OpenAI's protocol:
// a body that holds `"stream":true` gets 50 events, one that holds `slow` gets them a tenth of a second apart, every
// other one an answer of a kilobyte. Usage is always reported: 10 tokens in, 50 out.
using System.Buffers;
using System.Text;

const int Events = 50;
var pause = TimeSpan.FromMilliseconds(100);

const string Usage = "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":50,\"total_tokens\":60}";
const string Head = "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion";
var unary = Encoding.UTF8.GetBytes(
    $"{Head}\",\"created\":1,\"model\":\"bench\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\","
    + $"\"content\":\"{new string('x', 800)}\"}},\"finish_reason\":\"stop\"}}],{Usage}}}");
var piece = Encoding.UTF8.GetBytes(
    $"data: {Head}.chunk\",\"created\":1,\"model\":\"bench\",\"choices\":[{{\"index\":0,"
    + "\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n");
var end = Encoding.UTF8.GetBytes(
    $"data: {Head}.chunk\",\"created\":1,\"model\":\"bench\",\"choices\":[],{Usage}}}\n\ndata: [DONE]\n\n");
var models = "{\"object\":\"list\",\"data\":[]}"u8.ToArray();

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
var app = builder.Build();
app.Run(AnswerAsync);
await app.StartAsync();
Console.WriteLine($"upstream: listening on {app.Urls.First()}");
await app.WaitForShutdownAsync();

async Task AnswerAsync(HttpContext http)
{
    if (http.Request.Method == "GET")
    {
        await SendAsync(http, models);
        return;
    }

    var (isStream, isSlow) = await ReadAsync(http);
    if (isStream) await StreamAsync(http, isSlow);
    else await SendAsync(http, unary);
}

// What chooses the answer stands at the end of a body, which its writer sees to: a large one is not searched.
static async Task<(bool IsStream, bool IsSlow)> ReadAsync(HttpContext http)
{
    var last = new byte[64];
    var kept = 0;
    while (true)
    {
        var read = await http.Request.BodyReader.ReadAsync(http.RequestAborted);
        var tail = read.Buffer.Slice(Math.Max(0, read.Buffer.Length - last.Length));
        if (tail.Length > 0)
        {
            kept = (int)tail.Length;
            tail.CopyTo(last);
        }

        http.Request.BodyReader.AdvanceTo(read.Buffer.End);
        if (read.IsCompleted) break;
    }

    var end = last.AsSpan(0, kept);
    return (end.IndexOf("\"stream\":true"u8) >= 0, end.IndexOf("slow"u8) >= 0);
}

static Task SendAsync(HttpContext http, byte[] body)
{
    http.Response.ContentType = "application/json";
    http.Response.ContentLength = body.Length;
    return http.Response.Body.WriteAsync(body).AsTask();
}

async Task StreamAsync(HttpContext http, bool isSlow)
{
    http.Response.ContentType = "text/event-stream";
    for (var one = 0; one < Events; one++)
    {
        await http.Response.Body.WriteAsync(piece, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (isSlow) await Task.Delay(pause, http.RequestAborted);
    }

    await http.Response.Body.WriteAsync(end, http.RequestAborted);
}

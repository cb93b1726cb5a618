using System.Collections.Concurrent;
using System.Diagnostics;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Callers who never stop calling, at every node in turn, plain and streamed in turn; what came of each of their calls
/// is kept. A call that is answered at all is answered in full, or its caller fails the test.
/// </summary>
internal sealed class Storm(IReadOnlyList<SupplyApiProcess> nodes)
{
    internal const string Accepted = "200";
    internal const int Input = 10;
    internal const int Output = 5;

    private const string Path = "/v1/chat/completions";
    private const string Prompt = "!tokens=10,5 !chunks=3";
    private const string LongPrompt = "!tokens=10,5 !chunks=40 !slow=500";
    private const string End = "data: [DONE]\n\n";

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<StormCall> calls = new();
    private readonly List<Task> under = [];
    private volatile bool isOver;

    /// <summary>The calls that have ended.</summary>
    internal IReadOnlyList<StormCall> Calls => [.. calls];

    /// <param name="who">Asked before every call: a caller may change its secret.</param>
    internal void Send(Func<StormCaller> who, int callers = 2) =>
        under.AddRange(Enumerable.Range(0, callers).Select(number => CallOnAsync(who, number)));

    internal void Send(StormCaller who, int callers = 2) => Send(() => who, callers);

    /// <summary>A stream at each node whose answer has begun to come, and takes twenty seconds in all.</summary>
    internal async Task BeginStreamsAsync(StormCaller who) => under.AddRange(
        await Task.WhenAll(Enumerable.Range(0, nodes.Count).Select(node => BeginStreamAsync(who, node))));

    /// <summary>A caller that failed meanwhile is told of.</summary>
    internal async Task GoOnAsync(TimeSpan time)
    {
        await Task.Delay(time);
        foreach (var failed in under.Where(static one => one.IsFaulted)) await failed;
    }

    /// <summary>All callers hang up; one last call at each node shows later that all are posted.</summary>
    internal async Task EndAsync(StormCaller last)
    {
        isOver = true;
        await Task.WhenAll(under);
        for (var node = 0; node < nodes.Count; node++) await CallAsync(last, node, isStream: false);
    }

    private async Task CallOnAsync(Func<StormCaller> who, int number)
    {
        for (var turn = number; !isOver; turn++)
        {
            await CallAsync(who(), turn % nodes.Count, isStream: turn / nodes.Count % 2 == 0);
            await Task.Delay(Between);
        }
    }

    private async Task CallAsync(StormCaller who, int node, bool isStream)
    {
        var began = Stopwatch.GetTimestamp();
        var more = isStream ? "\"stream\": true, \"max_tokens\": 50" : "\"max_tokens\": 50";
        var client = who.Client.At(nodes[node]).Quietly();
        var answer = await client.Post(Path, Consumer.Chat(who.Model, Prompt, more));
        var ended = Stopwatch.GetTimestamp();
        if (answer.Status == 200 && isStream) Assert.EndsWith(End, answer.Body, StringComparison.Ordinal);
        var outcome = answer.Status == 200 ? Accepted : $"{answer.Status} {answer.Text("error.code")}";
        calls.Enqueue(new StormCall(who.Name, node, answer.Header("X-Request-Id")!, outcome, began, ended, ended));
    }

    /// <returns>The rest of it.</returns>
    private async Task<Task> BeginStreamAsync(StormCaller who, int node)
    {
        var body = Consumer.Chat(who.Model, LongPrompt, "\"stream\": true, \"max_tokens\": 50");
        var began = Stopwatch.GetTimestamp();
        var response = await who.Client.At(nodes[node]).Quietly().Open(HttpMethod.Post, Path, body);
        Assert.Equal(200, (int)response.StatusCode);
        var stream = await response.Content.ReadAsStreamAsync();
        await Streams.ReadAsync(stream, events: 1);
        var id = response.Headers.GetValues("X-Request-Id").Single();
        var call = new StormCall(who.Name, node, id, Accepted, began, Shown: Stopwatch.GetTimestamp(), Ended: 0);
        return ReadOnAsync(response, stream, call);
    }

    private async Task ReadOnAsync(HttpResponseMessage response, Stream stream, StormCall call)
    {
        using (response)
        {
            using var reader = new StreamReader(stream);
            Assert.EndsWith(End, await reader.ReadToEndAsync(), StringComparison.Ordinal);
            calls.Enqueue(call with { Ended = Stopwatch.GetTimestamp() });
        }
    }
}

/// <summary>Somebody who calls a model by one credential.</summary>
/// <param name="Refusal">Status and code of what it is told when that is over; null: it never is.</param>
internal sealed record StormCaller(string Name, Client Client, string Model, string? Refusal = null)
{
    /// <summary>On a price that no later one touches.</summary>
    internal bool HasAgreed { get; init; }
}

/// <param name="Node">The number of the one that was called.</param>
/// <param name="Outcome">Accepted, or the status and code of the refusal.</param>
/// <param name="Began">Before anything was sent.</param>
/// <param name="Shown">After the answer had begun to come: it had been let in, or had not, before that.</param>
/// <param name="Ended">After all had come.</param>
internal sealed record StormCall(
    string Caller, int Node, string Id, string Outcome, long Began, long Shown, long Ended)
{
    internal bool IsAccepted => Outcome == Storm.Accepted;
}

using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// A stream that the held money does not cover any further ends as one that has reached its limit; the official SDKs
/// take it for that.
/// </summary>
public sealed class StreamsAreCut : IAsyncLifetime
{
    private const string Chat = """{"model":"m","stream":true,"stream_options":{"include_usage":true},"n":2}""";
    private const string ChatEvent =
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m-1\","
        + "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"abcd\"}}],\"usage\":null}\n\n";
    private const string TextEvent =
        "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":7,\"model\":\"m-1\","
        + "\"choices\":[{\"index\":0,\"text\":\"abcd\",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    private const string MessageStart =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\","
        + "\"role\":\"assistant\",\"model\":\"m-1\",\"content\":[],\"stop_reason\":null,"
        + "\"stop_sequence\":null,\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\nevent: content_block_start\n"
        + "data: {\"type\":\"content_block_start\",\"index\":0,"
        + "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
    private const string MessageEvent =
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
        + "\"delta\":{\"type\":\"text_delta\",\"text\":\"abcd\"}}\n\n";
    private const string ResponseStart =
        "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{"
        + "\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":7,\"status\":\"in_progress\",\"model\":\"m-1\","
        + "\"output\":[],\"usage\":null}}\n\n";
    private const string ResponseEvent =
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,"
        + "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"abcd\"}\n\n";
    private const string Content =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"abcd\"}],\"role\":\"model\"},\"index\":0}],"
        + "\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":TOTAL},\"modelVersion\":\"m-1\","
        + "\"responseId\":\"r1\"}";

    private static readonly Dictionary<string, (string Seen, string Cut)> Cuts = [];

    public async ValueTask InitializeAsync()
    {
        if (Cuts.Count > 0) return;
        const string stream = """{"model":"m","stream":true}""";
        Cuts["chat"] = await CutAsync(OpenAi.Chat, Chat, ChatEvent, ChatEvent, ChatEvent);
        Cuts["completions"] = await CutAsync(OpenAi.Completions, stream, TextEvent, TextEvent, TextEvent);
        Cuts["messages"] = await CutAsync(
            Anthropic.Messages, stream, MessageStart + MessageEvent, MessageEvent, MessageEvent);
        Cuts["responses"] = await CutAsync(
            OpenAi.Responses, stream, ResponseStart + ResponseEvent, ResponseEvent, ResponseEvent);
        Cuts["events"] = await CutAsync(Gemini.StreamEvents, "{}", Line(1), Line(2), Line(3));
        Cuts["array"] = await CutAsync(
            Gemini.StreamArray, "{}", "[" + Total(1), ",\r\n" + Total(2), ",\r\n" + Total(3));
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("completions")]
    [InlineData("messages")]
    [InlineData("responses")]
    [InlineData("events")]
    [InlineData("array")]
    public void After_the_last_piece_that_is_whole(string name) =>
        Assert.StartsWith(Cuts[name].Seen, Cuts[name].Cut, StringComparison.Ordinal);

    [Theory]
    [InlineData("chat",
        """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m-1","choices":["""
        + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"},"""
        + """{"index":1,"delta":{},"logprobs":null,"finish_reason":"length"}]}""" + "\n\n"
        + """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m-1","choices":[],"""
        + "\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":2,\"total_tokens\":21}}\n\ndata: [DONE]\n\n")]
    [InlineData("completions",
        """data: {"id":"cmpl-1","object":"text_completion","created":7,"model":"m-1","choices":["""
        + """{"index":0,"text":"","logprobs":null,"finish_reason":"length"}]}""" + "\n\ndata: [DONE]\n\n")]
    [InlineData("messages",
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\","
        + "\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}\n\n"
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")]
    [InlineData("responses",
        "event: response.incomplete\ndata: {\"type\":\"response.incomplete\",\"sequence_number\":5,\"response\":{"
        + "\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":7,\"status\":\"incomplete\",\"error\":null,"
        + "\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"model\":\"m-1\",\"output\":[],"
        + "\"usage\":{\"input_tokens\":7,\"output_tokens\":2,\"total_tokens\":9}}}\n\n")]
    [InlineData("events", "data: END\r\n\r\n")]
    [InlineData("array", ",\r\nEND\r\n]")]
    public void In_the_protocols_own_words(string name, string end)
    {
        const string finish =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},"
            + "\"finishReason\":\"MAX_TOKENS\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":10,"
            + "\"candidatesTokenCount\":2,\"totalTokenCount\":12},\"modelVersion\":\"m-1\",\"responseId\":\"r1\"}";
        Assert.Equal(
            end.Replace("END", finish, StringComparison.Ordinal), Cuts[name].Cut[Cuts[name].Seen.Length..]);
    }

    [Fact]
    public async Task And_the_official_clients_take_it_for_an_end()
    {
        var streams = new JsonObject();
        foreach (var (name, cut) in Cuts) streams[name] = cut.Cut;
        string[] arguments = [Path.Combine(Repository.Tests, "Clients", "cut.mjs"), streams.ToJsonString()];
        await using var node = Child.Start("cut-sdks", new ProcessStartInfo("node", arguments));
        var code = await node.ExitedAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, string.Join('\n', node.Errors));
        Assert.Equal(
            [
                """{"name":"chat","text":"abcdabcd","finish":"length","output":2}""",
                """{"name":"completions","text":"abcdabcd","finish":"length"}""",
                """{"name":"messages","text":"abcdabcd","finish":"max_tokens","output":2}""",
                """{"name":"responses","text":"abcdabcd","finish":"max_output_tokens","output":2}""",
                """{"name":"events","text":"abcdabcd","finish":"MAX_TOKENS","output":2}""",
            ],
            node.Output);
    }

    [Fact]
    public async Task But_not_where_the_end_has_come_already()
    {
        const string Finish =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":900}}\n\n";
        using var call = new RelayedCall(OpenAi.Chat, "text/event-stream", Chat);
        call.Exchange.Coverage = new Limit(2);
        Assert.Equal(
            Ending.Completed, await call.RunAsync(Bytes(ChatEvent), Bytes(Finish), Bytes("data: [DONE]\n\n")));
        Assert.Equal(ChatEvent + Finish + "data: [DONE]\n\n", call.Shown);
    }

    [Fact]
    public async Task Nor_while_more_can_be_held()
    {
        var limit = new Limit(1) { More = 1 };
        using var call = new RelayedCall(OpenAi.Chat, "text/event-stream", Chat);
        call.Exchange.Coverage = limit;
        var events = Enumerable.Repeat(Bytes(ChatEvent), 5).Append(Bytes("data: [DONE]\n\n")).ToArray();
        Assert.Equal(Ending.Completed, await call.RunAsync(events));
        Assert.Equal((4, 5), (limit.Asked, call.Exchange.Meter.DeliveredTokens));
    }

    private static async Task<(string Seen, string Cut)> CutAsync(
        Protocol protocol, string request, string first, string second, string third)
    {
        using var call = new RelayedCall(
            protocol, protocol.IsArray ? "application/json" : "text/event-stream", request);
        call.Exchange.Coverage = new Limit(1);
        Assert.Equal(Ending.HoldUsedUp, await call.RunAsync(Bytes(first), Bytes(second + third[..20]), Bytes(third)));
        Assert.Equal(2, call.Exchange.Meter.OutputSoFar);
        return (first + second, call.Shown);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Total(int total) => Content.Replace("TOTAL", $"{total}", StringComparison.Ordinal);

    private static string Line(int total) => $"data: {Total(total)}\r\n\r\n";

    private sealed class Limit : Coverage
    {
        internal Limit(long until) => Until = until;

        internal int More { get; init; }

        internal int Asked { get; private set; }

        internal override bool Covers(long outputTokens)
        {
            Asked++;
            Until += More;
            return outputTokens <= Until;
        }
    }
}

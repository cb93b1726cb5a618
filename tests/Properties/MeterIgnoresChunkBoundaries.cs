using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>However the network cuts a stream, the client gets the same bytes and the same bill.</summary>
public sealed class MeterIgnoresChunkBoundaries
{
    // Every line end there is, comments, other fields, characters of one to four bytes, an escape, usage at the end.
    private const string Stream =
        ": a comment\n\n"
        + "event: message\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"\"}}],\"usage\":null}\r\n\r\n"
        + "data:{\"choices\":[{\"delta\":{\"content\":\"né 世界 🌍\"}}]}\n\n"
        + "data: {\"choices\":[{\"delta\":{\"content\":\"\\u00e9\\n\"}}]}\r\r"
        + "id: 7\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\r\n";

    private const string UsageEvent =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,"
        + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n";

    private const string End = "data: [DONE]\n\n";

    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(Stream + UsageEvent + End);

    private static readonly Seen Expected = new(Stream + End, new Usage(10, 4, 5), DeliveredTokens: 6, SawEnd: true);

    [Fact]
    public async Task In_one_piece() => Assert.Equal(Expected, await RelayAsync(Whole));

    [Fact]
    public async Task In_two_pieces_at_every_byte()
    {
        for (var at = 1; at < Whole.Length; at++)
            Assert.Equal(Expected, await RelayAsync(Whole[..at], Whole[at..]));
    }

    [Fact]
    public async Task Byte_by_byte() => Assert.Equal(Expected, await RelayAsync([.. Whole.Chunk(1)]));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_pieces_of_any_size(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < 300; turn++)
        {
            var pieces = new List<byte[]>();
            for (var at = 0; at < Whole.Length; at += pieces[^1].Length)
                pieces.Add(Whole[at..Math.Min(Whole.Length, at + random.Next(1, 60))]);
            Assert.Equal(Expected, await RelayAsync([.. pieces]));
        }
    }

    [Fact]
    public async Task Who_asks_for_usage_gets_every_byte()
    {
        const string Asking = """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""";
        var seen = await RelayAsync(Asking, Whole[..70], Whole[70..]);
        Assert.Equal(Expected with { Body = Stream + UsageEvent + End }, seen);
    }

    [Fact]
    public async Task An_event_larger_than_any_buffer_is_metered()
    {
        var text = new string('a', 100_000);
        var big = Encoding.UTF8.GetBytes($"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
        var seen = await RelayAsync([.. big.Chunk(1000)]);
        Assert.Equal((25_000, big.Length), (seen.DeliveredTokens, seen.Body.Length));
    }

    public static TheoryData<string, string> Others { get; } = new()
    {
        {
            "messages",
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10}}}\n\n"
            + "event: ping\r\ndata: {\"type\": \"ping\"}\r\n\r\n"
            + "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"né 世界 🌍\"}}\n\n"
            + "data: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":5}}\n\n"
            + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        },
        {
            "responses",
            "event: response.output_text.delta\ndata: {\"delta\":\"né 世界 🌍\"}\n\n"
            + "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":"
            + "{\"usage\":{\"input_tokens\":10,\"output_tokens\":5}}}\n\n"
        },
        {
            "events",
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"né 世界 🌍\"}]}}]}\r\n\r\n"
            + "data: {\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":10,"
            + "\"candidatesTokenCount\":5}}\r\n\r\n"
        },
        {
            "array",
            "[{\r\n  \"candidates\": [{\"content\":{\"parts\":[{\"text\":\"}né] \\\\\\\" 世界 🌍{\"}]}}]\n}\n,\r\n"
            + "{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":10,"
            + "\"candidatesTokenCount\":5}}\n]\n"
        },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_the_protocol(string name, string stream)
    {
        var (protocol, type) = name switch
        {
            "messages" => (Anthropic.Messages, "text/event-stream"),
            "responses" => (OpenAi.Responses, "text/event-stream"),
            "events" => (Gemini.StreamEvents, "text/event-stream"),
            _ => (Gemini.StreamArray, "application/json"),
        };
        var whole = Encoding.UTF8.GetBytes(stream);
        var request = protocol is Gemini ? "{}" : """{"model":"m","stream":true}""";
        var expected = await RelayAsync(protocol, type, request, whole);
        Assert.Equal((stream, new Usage(10, 0, 5)), (expected.Body, expected.Reported));
        Assert.InRange(expected.DeliveredTokens, 4, 8);

        Assert.Equal(expected, await RelayAsync(protocol, type, request, [.. whole.Chunk(1)]));
        for (var at = 1; at < whole.Length; at++)
            Assert.Equal(expected, await RelayAsync(protocol, type, request, whole[..at], whole[at..]));
    }

    private static Task<Seen> RelayAsync(params byte[][] pieces) =>
        RelayAsync("""{"model":"m","stream":true}""", pieces);

    private static Task<Seen> RelayAsync(string request, params byte[][] pieces) =>
        RelayAsync(OpenAi.Chat, "text/event-stream", request, pieces);

    private static async Task<Seen> RelayAsync(
        Protocol protocol, string type, string request, params byte[][] pieces)
    {
        using var call = new RelayedCall(protocol, type, request);
        Assert.Equal(Ending.Completed, await call.RunAsync(pieces));
        var meter = call.Exchange.Meter;
        return new Seen(call.Shown, meter.Reported, meter.DeliveredTokens, meter.SawEnd);
    }

    private sealed record Seen(string Body, Usage? Reported, long DeliveredTokens, bool SawEnd);
}

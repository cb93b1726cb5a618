using System.Text;
using System.Text.RegularExpressions;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// An event that differs from the one before in its text alone is not read again. What is metered and shown is the same
/// as if it were: white space in each value, of another length every time, makes every one of them another.
/// </summary>
public sealed partial class LikeEventsAreMeteredAlike
{
    private const int Streams = 200;
    private const int EventsMax = 60;

    private static readonly string[] Shapes =
    [
        """{"id":"c","choices":[{"index":0,"delta":{"content":"TEXT"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"reasoning_content":"TEXT"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"TEXT","refusal":"TEXT"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
        """{"id":"c","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":NUMBER}}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"TEXT"}}],"usage":{"completion_tokens":NUMBER}}""",
        """{"error":{"message":"TEXT"}}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"TEXT"},"note":"TEXT"}]}""",
    ];

    // Plain ones, and all that can end a string, or look as if it did.
    private static readonly string[] Texts =
    [
        "a", " word", "世界", "", "quote \\\" in it", "back\\\\slash", "\\u4e16", "\\n",
        "\\\"},\\\"finish_reason\\\":null",
        "\"},\"finish_reason\":null,\"x\":{\"y\":\"", "broken \" here", "🌍🌍",
    ];

    private static readonly string[] Elements =
    [
        """{"candidates":[{"content":{"parts":[{"text":"TEXT"}]}}]}""",
        """{"candidates":[{"content":{"parts":[{"text":"TEXT"},{"text":"TEXT"}]}}]}""",
        """{"candidates":[{"content":{"parts":[{"text":"TEXT"}]},"finishReason":"STOP"}]}""",
        """{"candidates":[],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":NUMBER}}""",
    ];

    public static TheoryData<string> Frames { get; } =
    [
        "data: JSON\n\n", "event: one\r\ndata:JSON\r\n\r\n", "data: JSON\r\r", "data: JSON\n\r\n", ",\r\nJSON",
        "data: JSON\ndata: JSON\n\n", ": comment\n\ndata: JSON\n\n",
    ];

    [Theory]
    [MemberData(nameof(Frames))]
    public void Whatever_comes_after_what(string frame)
    {
        var random = new Random(20261121);
        var shapes = frame.StartsWith(',') ? Elements : Shapes;
        for (var stream = 0; stream < Streams; stream++)
        {
            using var like = new Reading(frame);
            using var unlike = new Reading(frame);
            using var cut = new Reading(frame);
            var whole = new StringBuilder();
            var usual = shapes[random.Next(shapes.Length)];
            for (var at = 0; at < random.Next(1, EventsMax); at++)
            {
                var shape = random.Next(4) > 0 ? usual : shapes[random.Next(shapes.Length)];
                var json = shape
                    .Replace("TEXT", Texts[random.Next(Texts.Length)], StringComparison.Ordinal)
                    .Replace("NUMBER", $"{random.Next(100)}", StringComparison.Ordinal);
                var piece = frame.Replace("JSON", json, StringComparison.Ordinal);
                like.Take(piece);
                unlike.Take(frame.Replace("JSON", Unlike(json, at), StringComparison.Ordinal));
                Assert.True(unlike.Seen == like.Seen, $"after {json}: {like.Seen}, and not {unlike.Seen}");
                whole.Append(piece);
            }

            foreach (var part in Encoding.UTF8.GetBytes(whole.ToString()).Chunk(random.Next(1, 500))) cut.Take(part);
            Assert.Equal(like.Seen, cut.Seen);
        }
    }

    // White space where JSON allows it, of another length every time.
    private static string Unlike(string json, int at) => $"{{{new string(' ', (at % 50) + 1)}{json[1..]}";

    [GeneratedRegex("\\{ +")]
    private static partial Regex Spaces();

    private sealed class Reading : IDisposable
    {
        private readonly RelayedCall call;
        private readonly StringBuilder shown = new();

        internal Reading(string frame)
        {
            var isArray = frame.StartsWith(',');
            call = new RelayedCall(
                isArray ? Gemini.StreamArray : OpenAi.Chat, "text/event-stream", """{"model":"m","stream":true}""");
            call.Exchange.Framing = isArray ? Framing.Elements : Framing.Events;
        }

        internal (string, long, Usage?, bool, bool, bool, bool, bool, bool) Seen
        {
            get
            {
                var meter = call.Exchange.Meter;
                var text = Spaces().Replace(shown.ToString(), "{");
                return (
                    text, meter.DeliveredTokens, meter.Reported, meter.SawError, meter.IsError, meter.SawEnd,
                    meter.SawFinish, meter.LooksLast, meter.SawGarbage);
            }
        }

        internal void Take(string text) => Take(Encoding.UTF8.GetBytes(text));

        internal void Take(byte[] read)
        {
            var length = call.Take(read);
            var buffer = call.Exchange.Buffer;
            shown.Append(Encoding.UTF8.GetString(buffer.Span[..length]));
            buffer.Shown(length);
        }

        public void Dispose() => call.Dispose();
    }
}

using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// An event that differs from the one before in its text alone is not read again. What is metered is the same as if it
/// were: white space before each value, of another length every time, makes every one of them another.
/// </summary>
public sealed class LikeEventsAreMeteredAlike
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

    [Fact]
    public void Whatever_comes_after_what()
    {
        var random = new Random(20261121);
        for (var stream = 0; stream < Streams; stream++)
        {
            var (like, unlike) = (OpenAi.Chat.NewMeter(), OpenAi.Chat.NewMeter());
            var usual = Shapes[random.Next(Shapes.Length)];
            for (var at = 0; at < random.Next(1, EventsMax); at++)
            {
                var shape = random.Next(4) > 0 ? usual : Shapes[random.Next(Shapes.Length)];
                var json = shape
                    .Replace("TEXT", Texts[random.Next(Texts.Length)], StringComparison.Ordinal)
                    .Replace("NUMBER", $"{random.Next(100)}", StringComparison.Ordinal);
                var isOurs = like.Read(Encoding.UTF8.GetBytes(json));
                Assert.Equal(unlike.Read(Encoding.UTF8.GetBytes(new string(' ', (at % 50) + 1) + json)), isOurs);
                Assert.True(Seen(unlike) == Seen(like), $"after {json}: {Seen(like)}, and not {Seen(unlike)}");
            }
        }
    }

    private static (long, Usage?, bool, bool, bool, bool, bool, bool) Seen(Meter meter) => (
        meter.DeliveredTokens, meter.Reported, meter.SawError, meter.IsError, meter.SawEnd, meter.SawFinish,
        meter.LooksLast, meter.SawGarbage);
}

using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>One JSON value of a provider at a time: what is reported, what was delivered, what is hidden.</summary>
public sealed class MeterReadsWhatIsThere
{
    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":5}}""", 10, 0, 5)]
    [InlineData("""{"usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}}""", 10, 4, 0)]
    [InlineData("""{"usage":{"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":9}}}""", 3, 3, 0)]
    [InlineData("""{"usage":{"prompt_tokens":0,"completion_tokens":0}}""", 0, 0, 0)]
    [InlineData("""{"usage":{}}""", 0, 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":-10,"completion_tokens":5.5}}""", 0, 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":"10","completion_tokens":99999999999999999999}}""", 0, 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":null,"completion_tokens":5,"x":{"y":[1,{}]}}}""", 0, 0, 5)]
    [InlineData("""{"us\u0061ge":{"prompt_tokens":10,"completion_tokens":5}}""", 10, 0, 5)]
    public void Usage(string json, long input, long cached, long output)
    {
        var meter = new OpenAiMeter();
        Read(meter, json);
        Assert.Equal(new Usage(input, cached, output), meter.Reported);
    }

    [Theory]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"choices":[{"usage":{"prompt_tokens":10}}]}""")]
    [InlineData("""[{"usage":{"prompt_tokens":10}}]""")]
    [InlineData("{\"usage\":")]
    [InlineData("<html>502 Bad Gateway</html>")]
    [InlineData("")]
    public void No_usage_is_not_an_explicit_zero(string json)
    {
        var meter = new OpenAiMeter();
        Assert.False(Read(meter, json));
        Assert.Null(meter.Reported);
    }

    [Fact]
    public void The_last_usage_counts()
    {
        var meter = new OpenAiMeter();
        foreach (var total in (int[])[1, 5, 9])
            Read(meter, $$$"""{"choices":[{}],"usage":{"prompt_tokens":7,"completion_tokens":{{{total}}}}}""");
        Read(meter, """{"choices":[{}],"usage":null}""");
        Assert.Equal(new Usage(7, 0, 9), meter.Reported);
    }

    [Theory]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":1}}""", true)]
    [InlineData("""{"usage":{"prompt_tokens":1}}""", true)]
    [InlineData("""{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}""", false)]
    [InlineData("""{"choices":[],"usage":null}""", false)]
    [InlineData("""{"choices":[]}""", false)]
    public void Only_an_event_that_is_nothing_but_usage_is_hidden(string json, bool isHidden) =>
        Assert.Equal(isHidden, Read(new OpenAiMeter(), json));

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"abcd"}}]}""", 1)]
    [InlineData("""{"choices":[{"message":{"role":"assistant","content":"abcde"}}]}""", 2)]
    [InlineData("""{"choices":[{"delta":{"content":"世界"}},{"delta":{"content":"🌍"}}]}""", 3)]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}}]}""", 1)]
    [InlineData("""{"choices":[{"delta":{"reasoning_content":"abcd","refusal":"efgh"}}]}""", 2)]
    [InlineData("""{"choices":[{"delta":{"content":null,"role":"assistant"},"finish_reason":"stop"}]}""", 0)]
    [InlineData("""{"choices":[{"logprobs":{"content":[{"token":"abcd","bytes":[1]}]},"delta":{}}]}""", 0)]
    [InlineData("""{"choices":[{"delta":{"content":"\n\n\t\""}}]}""", 1)]
    [InlineData("""{"choices":[{"delta":{"content":"\u4e16\ud83c\udf0d"}}]}""", 2)]
    public void What_the_model_said_is_counted(string json, long tokens)
    {
        var meter = new OpenAiMeter();
        Read(meter, json);
        Assert.Equal(tokens, meter.DeliveredTokens);
    }

    // Providers that escape everything cut an emoji into two chunks: each half alone is no character.
    [Fact]
    public void Half_a_character_neither_stops_the_meter_nor_is_free()
    {
        var meter = new OpenAiMeter();
        Read(meter, """{"choices":[{"delta":{"content":"\ud83c"}}]}""");
        Read(meter, """{"choices":[{"delta":{"content":"\udf0d"}}]}""");
        Read(meter, """{"\ud83c":1}""");
        Read(meter, """{"usage":{"prompt_tokens":7,"completion_tokens":9}}""");
        Assert.InRange(meter.DeliveredTokens, 1, 4);
        Assert.Equal(new Usage(7, 0, 9), meter.Reported);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Sorry about that!"}}""", true)]
    [InlineData("""{"error":null,"choices":[]}""", false)]
    [InlineData("""{"choices":[{"error":"said the model"}]}""", false)]
    public void An_error_is_seen(string json, bool isError)
    {
        var meter = new OpenAiMeter();
        Read(meter, json);
        Assert.Equal(isError, meter.SawError);
    }

    private static bool Read(Meter meter, string json) => meter.Read(Encoding.UTF8.GetBytes(json));
}

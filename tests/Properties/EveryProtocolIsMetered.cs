using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>What each protocol reports and delivers, event by event; and arrays end where JSON says.</summary>
public sealed class EveryProtocolIsMetered
{
    private const string Start = """
        {"type":"message_start","message":{"content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":20,
        "cache_creation_input_tokens":70,"cache_creation":{"ephemeral_5m_input_tokens":30,
        "ephemeral_1h_input_tokens":40},"output_tokens":3}}}
        """;

    [Fact]
    public void Anthropic_tells_input_first_and_output_last()
    {
        var meter = Read(Anthropic.Messages, Start);
        Assert.Null(meter.Reported);
        Assert.Equal(new Usage(100, 20, 0) { CacheWrite5m = 30, CacheWrite1h = 40 }, meter.ReportedInput);

        Read(meter, """{"type":"content_block_delta","delta":{"type":"text_delta","text":"abcde"}}""");
        Read(meter, """{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"世界"}}""");
        Read(meter, """{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"abcdefgh"}}""");
        Read(meter, """{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{}"}}""");
        Assert.Equal(4, meter.DeliveredTokens);

        Read(meter, """{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":4}}""");
        Read(meter, """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}""");
        Assert.Equal(new Usage(100, 20, 9) { CacheWrite5m = 30, CacheWrite1h = 40 }, meter.Reported);
        Assert.False(meter.SawEnd);
        Read(meter, """{"type":"message_stop"}""");
        Assert.True(meter.SawEnd);
    }

    [Theory]
    [InlineData("""{"usage":{"input_tokens":10,"output_tokens":5}}""", 10, 0, 0, 0, 5)]
    [InlineData("""{"usage":{"input_tokens":1,"cache_creation_input_tokens":9,"output_tokens":5}}""", 10, 0, 9, 0, 5)]
    [InlineData("""{"usage":{"input_tokens":0,"cache_creation_input_tokens":null,"output_tokens":0}}""", 0, 0, 0, 0, 0)]
    [InlineData(
        """{"usage":{"input_tokens":2,"output_tokens":5,"iterations":[{"input_tokens":7,"output_tokens":8}]}}""",
        2, 0, 0, 0, 5)]
    public void A_whole_message(string json, long input, long read, long for5m, long for1h, long output) =>
        Assert.Equal(
            new Usage(input, read, output) { CacheWrite5m = for5m, CacheWrite1h = for1h },
            Read(Anthropic.Messages, json).Reported);

    [Theory]
    [InlineData("""{"content":[{"type":"text","text":"abcd"},{"type":"text","text":"efgh"}]}""", 2)]
    [InlineData("""{"content":[{"type":"tool_use","name":"long_name","input":{"a":[1, 2]}}]}""", 3)]
    [InlineData("""{"content":[{"type":"thinking","thinking":"abcd","signature":"efghijkl"}]}""", 1)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"tool_use","input":{}}}""", 0)]
    public void What_anthropic_delivers(string json, long tokens) =>
        Assert.Equal(tokens, Read(Anthropic.Messages, json).DeliveredTokens);

    [Theory]
    [InlineData(""" "candidatesTokenCount":5,"totalTokenCount":15 """, 10, 0, 5, 0)]
    [InlineData(""" "candidatesTokenCount":5,"thoughtsTokenCount":7 """, 10, 0, 12, 7)]
    [InlineData(""" "candidatesTokenCount":5,"toolUsePromptTokenCount":3 """, 13, 0, 5, 0)]
    [InlineData(""" "candidatesTokenCount":0,"cachedContentTokenCount":8 """, 10, 8, 0, 0)]
    public void Gemini_counts_thoughts_beside_the_answer(
        string more, long input, long cached, long output, long reasoning)
    {
        var meter = Read(Gemini.Generate, "{\"usageMetadata\":{\"promptTokenCount\":10," + more + "}}");
        Assert.Equal(new Usage(input, cached, output) { Reasoning = reasoning }, meter.Reported);
    }

    [Fact]
    public void Gemini_repeats_itself_and_the_last_word_counts()
    {
        var meter = Read(Gemini.StreamEvents, """{"candidates":[],"usageMetadata":{"promptTokenCount":10}}""");
        Assert.Null(meter.Reported);
        Assert.Equal(new Usage(10, 0, 0), meter.ReportedInput);
        foreach (var total in (int[])[2, 6])
            Read(meter, $$$"""{"usageMetadata":{"candidatesTokenCount":{{{total}}},"promptTokenCount":10}}""");
        Assert.Equal(new Usage(10, 0, 6), meter.Reported);
        Assert.False(meter.SawFinish);

        Read(meter, """{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}""");
        Assert.True(meter.SawFinish && meter.LooksLast && !meter.SawEnd);
        Read(meter, """{"candidates":[{"content":{"parts":[{"text":"b"}]},"index":1}]}""");
        Assert.True(meter.SawFinish && !meter.LooksLast);
    }

    [Fact]
    public void Gemini_tells_pictures_and_sound_apart() => Assert.Equal(
        new Usage(310, 200, 50)
        {
            ImageInput = 258,
            AudioInput = 35,
            CachedImage = 150,
            CachedAudio = 20,
            ImageOutput = 40,
            AudioOutput = 9,
        },
        Read(Gemini.Generate, """
            {"usageMetadata":{"promptTokenCount":300,"promptTokensDetails":[{"modality":"TEXT","tokenCount":10},
            {"modality":"IMAGE","tokenCount":258},{"tokenCount":32,"modality":"AUDIO"}],"candidatesTokenCount":50,
            "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":40},{"modality":"AUDIO","tokenCount":9}],
            "toolUsePromptTokenCount":10,"toolUsePromptTokensDetails":[{"modality":"AUDIO","tokenCount":3}],
            "cachedContentTokenCount":200,"cacheTokensDetails":[{"modality":"IMAGE","tokenCount":150},
            {"modality":"AUDIO","tokenCount":20}]}}
            """).Reported);

    [Theory]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"abcd"},{"text":"世","thought":true}]}}]}""", 2)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a": "b"}}}]}}]}""", 3)]
    [InlineData("""{"promptFeedback":{"blockReason":"SAFETY"}}""", 0)]
    public void What_gemini_delivers(string json, long tokens) =>
        Assert.Equal(tokens, Read(Gemini.Generate, json).DeliveredTokens);

    [Theory]
    [InlineData("response.completed", false)]
    [InlineData("response.incomplete", false)]
    [InlineData("response.failed", true)]
    public void Responses_end_with_the_whole_response(string type, bool isError)
    {
        var meter = Read(OpenAi.Responses, """{"type":"response.output_text.delta","delta":"abcd"}""");
        Read(meter, """{"type":"response.output_text.done","text":"abcd"}""");
        Read(meter, """{"type":"response.output_item.done","item":{"content":[{"text":"abcd"}]}}""");
        Assert.Equal((1, false), (meter.DeliveredTokens, meter.SawEnd));

        const string Last = """
            {"type":"TYPE","response":{"error":null,"output":[{"content":[{"text":"abcd"}]}],
            "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,
            "output_tokens_details":{"reasoning_tokens":3}}}}
            """;
        Read(meter, Last.Replace("TYPE", type, StringComparison.Ordinal));
        Assert.Equal((1, true, isError), (meter.DeliveredTokens, meter.SawEnd, meter.SawError));
        Assert.Equal(new Usage(10, 4, 5) { Reasoning = 3 }, meter.Reported);
    }

    [Theory]
    [InlineData("createMessage", """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""")]
    [InlineData("generateContent", """{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}""")]
    [InlineData("createResponse", """{"type":"error","code":"server_error","message":"Sorry"}""")]
    [InlineData("createResponse", """{"type":"response.failed","response":{"error":{"code":"x"}}}""")]
    public void An_error_is_seen(string way, string json)
    {
        var protocol = way switch
        {
            "createMessage" => Anthropic.Messages,
            "generateContent" => Gemini.Generate,
            _ => OpenAi.Responses,
        };
        Assert.True(Read(protocol, json).SawError);
    }

    [Fact]
    public void An_array_is_cut_between_its_elements_only()
    {
        const string Array = """[{"a":"}{\"]["} , {"b":{"c":[{}]},"d":"\\"},{"e":"世"}]""";
        string[] expected = ["""[{"a":"}{\"]["}""", """ , {"b":{"c":[{}]},"d":"\\"}""", """,{"e":"世"}"""];
        var bytes = Encoding.UTF8.GetBytes(Array);
        var found = new List<string>();
        for (var from = 0; default(ElementStream).NextEnd(bytes.AsSpan(from)) is > 0 and var length; from += length)
        {
            for (var less = 0; less < length; less++)
                Assert.Equal(0, default(ElementStream).NextEnd(bytes.AsSpan(from, less)));
            found.Add(Encoding.UTF8.GetString(bytes, from, length));
        }

        Assert.Equal(expected, found);
        Assert.True(ElementStream.ValueOf(Encoding.UTF8.GetBytes(found[2])).SequenceEqual("""{"e":"世"}"""u8));
        Assert.Equal(0, ElementStream.ValueOf("]"u8).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"type":7,"delta":null,"output":"x","response":[],"usage":[],"error":null}""")]
    [InlineData("""{"message":[],"content":"x","usage":null,"candidates":{},"usageMetadata":[]}""")]
    [InlineData("""{"usage":{"input_tokens":{"output_tokens":5}}}""")]
    [InlineData("""{"usageMetadata":{"promptTokensDetails":{"a":[1]},"candidatesTokensDetails":[[{}],1]}}""")]
    [InlineData("""{"type":"message_stop" """)]
    public void Odd_values_stop_no_meter(string json)
    {
        foreach (var protocol in (Protocol[])[OpenAi.Chat, OpenAi.Responses, Anthropic.Messages, Gemini.Generate])
        {
            var meter = protocol.NewMeter();
            meter.Read(Encoding.UTF8.GetBytes(json));
            Assert.Equal(0, meter.DeliveredTokens);
            Assert.True(meter.Reported is null or { Input: 0, Output: 0 or 5 });
        }
    }

    private static Meter Read(Protocol protocol, string json)
    {
        var meter = protocol.NewMeter();
        Read(meter, json);
        return meter;
    }

    private static void Read(Meter meter, string json) => Assert.False(meter.Read(Encoding.UTF8.GetBytes(json)));
}

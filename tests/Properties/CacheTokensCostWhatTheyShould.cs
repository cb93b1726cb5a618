using System.Globalization;
using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// From a provider's own words to money, to the last decimal: cases that gateways are known to get wrong, beside the
/// amount that is right.
/// </summary>
public sealed class CacheTokensCostWhatTheyShould
{
    private static readonly Prices Claude = new(3, 15) { CachedInput = 0.3m, CacheWrite5m = 3.75m, CacheWrite1h = 6 };

    private static readonly Prices DearClaude =
        new(10, 50) { CachedInput = 1, CacheWrite5m = 12.5m, CacheWrite1h = 20 };

    private static readonly Prices GeminiPro = new(1.25m, 10) { CachedInput = 0.625m };

    // What is written to the cache is no fresh input as well.
    [Fact]
    public void A_write_is_paid_once() => Costs("0.054399", Claude, Anthropic.Messages, """
        {"usage":{"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,
        "cache_creation":{"ephemeral_5m_input_tokens":12304,"ephemeral_1h_input_tokens":0},"output_tokens":550}}
        """);

    [Fact]
    public void A_write_of_which_nothing_more_is_told_is_for_five_minutes() => Costs("0.054399", Claude,
        Anthropic.Messages, """
        {"usage":{"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,
        "cache_creation":null,"output_tokens":550}}
        """);

    // Twice the input's price, and not the five minutes' one and a quarter.
    [Fact]
    public void A_write_for_an_hour_costs_an_hours() => Costs("0.7435", DearClaude, Anthropic.Messages, """
        {"usage":{"input_tokens":0,"cache_creation_input_tokens":37175,"cache_read_input_tokens":0,
        "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":37175},"output_tokens":0}}
        """);

    [Fact]
    public void A_stream_tells_of_writes_at_its_start() => Costs("0.054399", Claude, Anthropic.Messages, """
        {"type":"message_start","message":{"usage":{"input_tokens":3,"cache_creation_input_tokens":12304,
        "cache_read_input_tokens":0,"output_tokens":1}}}
        """, """{"type":"message_delta","delta":{},"usage":{"output_tokens":550}}""");

    [Fact]
    public void What_was_read_is_a_part_of_geminis_prompt() => Costs("0.184918125", GeminiPro, Gemini.Generate, """
        {"usageMetadata":{"promptTokenCount":262960,"cachedContentTokenCount":257955,"candidatesTokenCount":1744,
        "totalTokenCount":264704,"cacheTokensDetails":[{"modality":"TEXT","tokenCount":257955}],
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":262960}]}}
        """);

    [Fact]
    public void What_was_read_is_a_part_of_openais_prompt() => Costs("0.184918125", GeminiPro, OpenAi.Chat, """
        {"usage":{"prompt_tokens":262960,"completion_tokens":1744,"total_tokens":264704,
        "prompt_tokens_details":{"cached_tokens":257955,"audio_tokens":0}}}
        """);

    // Anthropic's counts in OpenAI's shape: what was written and read is in the prompt, and beside it once more.
    [Theory]
    [InlineData(""" "prompt_tokens":13307,"completion_tokens":550,"total_tokens":13857 """)]
    [InlineData(""" "prompt_tokens":3,"completion_tokens":550,"total_tokens":553 """)]
    [InlineData(""" "prompt_tokens":3,"completion_tokens":550,"total_tokens":13857 """)]
    [InlineData(""" "total_tokens":13857,"completion_tokens":550,"prompt_tokens":3 """)]
    public void Anthropics_counts_in_openais_shape_are_paid_once(string counts) => Costs(
        "0.054699", Claude, OpenAi.Chat, "{\"usage\":{" + counts + """
        ,"cache_creation_input_tokens":12304,"cache_read_input_tokens":1000,
        "prompt_tokens_details":{"cached_tokens":1000}}}
        """);

    [Theory]
    [InlineData(""" "prompt_tokens_details":{"cached_tokens":1000,"cache_write_tokens":12304} """)]
    [InlineData(""" "prompt_tokens_details":{"cached_tokens":1000,"cache_creation_tokens":12304} """)]
    [InlineData(""" "cached_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":12304} """)]
    public void However_the_parts_of_a_prompt_are_named(string parts) => Costs("0.054699", Claude, OpenAi.Chat,
        "{\"usage\":{\"prompt_tokens\":13307,\"completion_tokens\":550,\"total_tokens\":13857," + parts + "}}");

    // A thousand fresh tokens beside five hundred that were read: only the total tells that the prompt leaves them out.
    [Theory]
    [InlineData(1550, "0.0039")]
    [InlineData(1050, "0.0024")]
    public void The_total_tells_whether_the_prompt_is_whole(int total, string cost) => Costs(
        cost, Claude, OpenAi.Chat, $$$"""
        {"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":{{{total}}},
        "cache_read_input_tokens":500}}
        """);

    [Fact]
    public void The_last_of_running_totals_counts() => Costs("0.054399", Claude, Anthropic.Messages,
    [
        """
        {"type":"message_start","message":{"usage":{"input_tokens":3,"cache_creation_input_tokens":12304,
        "output_tokens":1}}}
        """,
        .. ((int[])[10, 100, 300, 550]).Select(static sofar => $$$"""
            {"type":"message_delta","delta":{},"usage":{"output_tokens":{{{sofar}}},"input_tokens":3,
            "cache_creation_input_tokens":12304}}
            """),
    ]);

    [Fact]
    public void The_last_of_repeated_usage_counts() => Costs("0.184918125", GeminiPro, OpenAi.Chat,
    [
        .. ((int[])[1, 500, 1744]).Select(static sofar => $$$$"""
            {"choices":[{}],"usage":{"prompt_tokens":262960,"completion_tokens":{{{{sofar}}}},
            "prompt_tokens_details":{"cached_tokens":257955}}}
            """),
    ]);

    // 1,000 of text, 258 of a picture, 320 of sound; of these 100, 158 and 120 from the cache; 40 and 9 of the answer.
    [Fact]
    public void Pictures_and_sound_have_prices_of_their_own() => Costs("0.0061365",
        new Prices(1, 2) { CachedInput = 0.25m, ImageInput = 5, AudioInput = 10, ImageOutput = 30, AudioOutput = 60 },
        Gemini.Generate, """
        {"usageMetadata":{"promptTokenCount":1578,"cachedContentTokenCount":378,"candidatesTokenCount":500,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":1000},{"modality":"IMAGE","tokenCount":258},
        {"modality":"AUDIO","tokenCount":320}],
        "cacheTokensDetails":[{"modality":"TEXT","tokenCount":100},{"modality":"IMAGE","tokenCount":158},
        {"modality":"AUDIO","tokenCount":120}],
        "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":40},{"modality":"AUDIO","tokenCount":9}]}}
        """);

    [Fact]
    public void Sound_in_and_sound_out_are_told_apart_in_openais_shape() => Costs("0.0058025",
        new Prices(1, 2) { CachedInput = 0.25m, AudioInput = 10, AudioOutput = 60 }, OpenAi.Chat, """
        {"usage":{"prompt_tokens":500,"completion_tokens":90,
        "prompt_tokens_details":{"cached_tokens":210,"audio_tokens":300,"cached_tokens_details":{"audio_tokens":100}},
        "completion_tokens_details":{"audio_tokens":60,"reasoning_tokens":20}}}
        """);

    private static void Costs(string cost, Prices prices, Protocol protocol, params string[] values)
    {
        var meter = protocol.NewMeter();
        foreach (var value in values) meter.Read(Encoding.UTF8.GetBytes(value));
        Assert.False(meter.SawGarbage);
        Assert.Equal(decimal.Parse(cost, CultureInfo.InvariantCulture), prices.Cost(meter.Reported!.Value));
    }
}

using System.Buffers;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>
/// Gemini's generateContent (https://ai.google.dev/api/generate-content): the model is in the path, and a stream is a
/// JSON array unless the caller asks for events. Members may be written in either of protobuf's two ways.
/// </summary>
internal sealed class Gemini : Protocol
{
    private static readonly IReadOnlyList<Member> Settings =
    [
        new("maxOutputTokens", Meaning.OutputLimit), new("max_output_tokens", Meaning.OutputLimit),
        new("candidateCount", Meaning.Choices), new("candidate_count", Meaning.Choices),
    ];

    private static readonly IReadOnlyList<Member> Content =
    [
        new("model", Meaning.SameModel),
        new("generationConfig", Meaning.Settings) { Inner = Settings },
        new("generation_config", Meaning.Settings) { Inner = Settings },
    ];

    private readonly string action;

    private Gemini(string action) => this.action = action;

    internal static Protocol Generate { get; } =
        new Gemini("generateContent") { Providers = ["gemini"], Members = Content };

    internal static Protocol StreamEvents { get; } =
        new Gemini("streamGenerateContent?alt=sse") { Providers = ["gemini"], Members = Content, IsStream = true };

    internal static Protocol StreamArray { get; } = new Gemini("streamGenerateContent")
    {
        Providers = ["gemini"],
        Members = Content,
        IsStream = true,
        IsArray = true,
    };

    internal static Protocol CountTokens { get; } = new Gemini("countTokens")
    {
        Providers = ["gemini"],
        Members = [new("model", Meaning.SameModel)],
        IsFree = true,
        HasOutput = false,
    };

    /// <summary>Events where `alt=sse` asks for them.</summary>
    internal static Protocol Stream(HttpContext http) =>
        http.Request.Query["alt"] == "sse" ? StreamEvents : StreamArray;

    internal override string UpstreamPath(string model) => $"models/{Uri.EscapeDataString(model)}:{action}";

    internal override Meter NewMeter() => new GeminiMeter();

    internal override ReadOnlyMemory<byte> Failure(Framing framing, ReadOnlySpan<byte> error) => framing switch
    {
        Framing.Events => (byte[])[.. "data: "u8, .. error, .. "\r\n\r\n"u8],
        Framing.Elements => (byte[])[.. ",\r\n"u8, .. error, .. "]"u8],
        _ => default,
    };

    internal override ReadOnlyMemory<byte> Cut(GatewayExchange exchange, ReadOnlySpan<byte> last)
    {
        var isArray = exchange.Framing == Framing.Elements;
        var end = new ArrayBufferWriter<byte>();
        end.Write(isArray ? ",\r\n"u8 : "data: "u8);
        using (var value = JsonDocument.Parse(last.ToArray()))
        using (var json = new Utf8JsonWriter(end))
            WriteEnd(json, exchange, value.RootElement);
        end.Write(isArray ? "\r\n]"u8 : "\r\n\r\n"u8);
        return end.WrittenMemory;
    }

    private static void WriteEnd(Utf8JsonWriter json, GatewayExchange exchange, JsonElement last)
    {
        var usage = exchange.Meter.SoFar(exchange.Request.CountedInputTokens);
        json.WriteStartObject();
        json.WriteStartArray("candidates");
        for (var index = 0; index < exchange.Request.Choices; index++)
        {
            json.WriteStartObject();
            json.WriteStartObject("content");
            json.WriteStartArray("parts");
            json.WriteStartObject();
            json.WriteString("text", "");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("role", "model");
            json.WriteEndObject();
            json.WriteString("finishReason", "MAX_TOKENS");
            json.WriteNumber("index", index);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("usageMetadata");
        json.WriteNumber("promptTokenCount", usage.Input);
        json.WriteNumber("candidatesTokenCount", usage.Output - usage.Reasoning);
        if (usage.Reasoning > 0) json.WriteNumber("thoughtsTokenCount", usage.Reasoning);
        json.WriteNumber("totalTokenCount", usage.Input + usage.Output);
        json.WriteEndObject();
        foreach (var member in last.EnumerateObject())
        {
            if (member.Name is "modelVersion" or "responseId") member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}

/// <summary>Each chunk repeats the usage so far. Nothing but a reason to finish tells the last one.</summary>
internal sealed class GeminiMeter : Meter
{
    protected override bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isCandidates, isUsage, isFeedback, isError) = (
                reader.ValueTextEquals("candidates"u8),
                reader.ValueTextEquals("usageMetadata"u8),
                reader.ValueTextEquals("promptFeedback"u8),
                reader.ValueTextEquals("error"u8));
            reader.Read();
            if (isCandidates && reader.TokenType == JsonTokenType.StartArray) CountTexts(ref reader, json);
            else if (isUsage && reader.TokenType == JsonTokenType.StartObject) ReadUsage(ref reader);
            else if (isFeedback && reader.TokenType == JsonTokenType.StartObject) MayBeEnd();
            else if (isError && reader.TokenType != JsonTokenType.Null) Fail();
            reader.Skip();
        }

        return false;
    }

    protected override bool IsDelivered(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("finishReason"u8)) MayBeEnd();
        return reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("args"u8)
            || reader.ValueTextEquals("code"u8);
    }

    // Thinking is told beside the answer, and is output as well; what tools read is input.
    private void ReadUsage(ref Utf8JsonReader reader)
    {
        var (usage, thoughts, hasOutput) = (default(Usage), 0L, false);
        var depth = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("promptTokenCount"u8) || reader.ValueTextEquals("toolUsePromptTokenCount"u8))
                usage = usage with { Input = usage.Input + Number(ref reader) };
            else if (reader.ValueTextEquals("cachedContentTokenCount"u8))
                usage = usage with { CachedInput = Number(ref reader) };
            else if (reader.ValueTextEquals("candidatesTokenCount"u8))
                (usage, hasOutput) = (usage with { Output = Number(ref reader) }, true);
            else if (reader.ValueTextEquals("thoughtsTokenCount"u8))
                thoughts = Number(ref reader);
            else usage = ReadDetails(ref reader, usage);
        }

        usage = usage with
        {
            CachedInput = Math.Min(usage.CachedInput, usage.Input),
            Output = usage.Output + thoughts,
            Reasoning = thoughts,
        };
        if (hasOutput) Report(usage);
        else ReportInput(usage with { Output = 0, Reasoning = 0, ImageOutput = 0, AudioOutput = 0 });
    }

    // Pictures and sound, list by list. What the cache held of them is in the prompt's list as well.
    private static Usage ReadDetails(ref Utf8JsonReader reader, Usage usage)
    {
        var isPrompt = reader.ValueTextEquals("promptTokensDetails"u8)
            || reader.ValueTextEquals("toolUsePromptTokensDetails"u8);
        var isCache = reader.ValueTextEquals("cacheTokensDetails"u8);
        if (!isPrompt && !isCache && !reader.ValueTextEquals("candidatesTokensDetails"u8)) return usage;

        var (image, audio) = ReadModalities(ref reader);
        if (isCache) return usage with { CachedImage = image, CachedAudio = audio };
        return isPrompt
            ? usage with { ImageInput = usage.ImageInput + image, AudioInput = usage.AudioInput + audio }
            : usage with { ImageOutput = image, AudioOutput = audio };
    }

    private static (long Image, long Audio) ReadModalities(ref Utf8JsonReader reader)
    {
        var (image, audio) = (0L, 0L);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return (image, audio);
        }

        var (isImage, isAudio, count) = (false, false, 0L);
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                if (isImage) image += count;
                if (isAudio) audio += count;
                (isImage, isAudio, count) = (false, false, 0);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("tokenCount"u8)) count = Number(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                isImage |= reader.ValueTextEquals("IMAGE"u8);
                isAudio |= reader.ValueTextEquals("AUDIO"u8);
            }
        }

        return (image, audio);
    }
}

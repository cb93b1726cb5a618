using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>
/// OpenAI's endpoints (https://platform.openai.com/docs/api-reference). Others speak the common ones too.
/// </summary>
internal sealed class OpenAi : Protocol
{
    private static readonly Member Model = new("model", Meaning.Model);
    private static readonly Member Stream = new("stream", Meaning.Stream);
    private static readonly Member Options = new("stream_options", Meaning.StreamOptions);
    private static readonly Member Choices = new("n", Meaning.Choices);

    private readonly string path;
    private readonly Func<Meter> meter;

    private OpenAi(string path, Func<Meter> meter) => (this.path, this.meter) = (path, meter);

    private delegate ReadOnlyMemory<byte> Ending(GatewayExchange exchange, ReadOnlySpan<byte> last);

    private Ending? End { get; init; }

    /// <summary>Events have names.</summary>
    private bool HasNames { get; init; }

    internal static Protocol Chat { get; } = new OpenAi("chat/completions", static () => new OpenAiMeter())
    {
        Providers = ["openai", "baidu", "xfyun", "tencent"],
        AsksForUsage = true,
        End = OpenAiEnd.OfChat,
        Members =
        [
            Model, Stream, Options, new("max_tokens", Meaning.OutputLimit),
            new("max_completion_tokens", Meaning.OutputLimit), Choices,
        ],
    };

    internal static Protocol Completions { get; } = new OpenAi("completions", static () => new OpenAiMeter())
    {
        Providers = ["openai"],
        AsksForUsage = true,
        End = OpenAiEnd.OfCompletion,
        Members =
        [
            Model, Stream, Options, new("max_tokens", Meaning.OutputLimit, Least: 0), Choices,
            new("best_of", Meaning.Choices), new("prompt", Meaning.Prompts),
        ],
    };

    // What runs in the background is fetched later, by a call that nobody would be charged for.
    internal static Protocol Responses { get; } = new OpenAi("responses", static () => new ResponsesMeter())
    {
        Providers = ["openai"],
        HasNames = true,
        End = OpenAiEnd.OfResponse,
        Members =
        [
            Model, Stream, new("max_output_tokens", Meaning.OutputLimit), new("background", Meaning.NotServed),
        ],
    };

    internal static Protocol Embeddings { get; } = new OpenAi("embeddings", static () => new OpenAiMeter())
    {
        Providers = ["openai", "baidu", "tencent"],
        HasOutput = false,
        Members = [Model],
    };

    internal static Protocol Images { get; } = new OpenAi("images/generations", static () => new ImagesMeter())
    {
        Providers = ["openai"],
        DrawsPictures = true,
        PieceBytesMax = 64 * 1024 * 1024,
        HasNames = true,
        Members =
        [
            Model, Stream, Choices, new("size", Meaning.Size), new("quality", Meaning.Quality),
        ],
    };

    internal override string UpstreamPath(string model) => path;

    internal override Meter NewMeter() => meter();

    internal override ReadOnlyMemory<byte> Failure(Framing framing, ReadOnlySpan<byte> error)
    {
        if (framing != Framing.Events) return default;
        return HasNames
            ? (byte[])[.. "event: error\ndata: "u8, .. error, .. "\n\n"u8]
            : (byte[])[.. "data: "u8, .. error, .. "\n\n"u8];
    }

    internal override ReadOnlyMemory<byte> Cut(GatewayExchange exchange, ReadOnlySpan<byte> last) =>
        End is null ? default : End(exchange, last);
}

/// <summary>Chat, completions and embeddings: usage in a member of its own, repeated or in a last chunk.</summary>
internal sealed class OpenAiMeter : Meter
{
    /// <summary>True when the value held usage and no choices: the chunk that only usage was asked for.</summary>
    protected override bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var hasUsage = false;
        var hasChoices = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isUsage, isChoices, isError) = (
                reader.ValueTextEquals("usage"u8),
                reader.ValueTextEquals("choices"u8),
                reader.ValueTextEquals("error"u8));
            reader.Read();
            if (isUsage && reader.TokenType == JsonTokenType.StartObject)
            {
                Report(OpenAiUsage.Read(ref reader));
                hasUsage = true;
            }
            else if (isChoices && reader.TokenType == JsonTokenType.StartArray)
            {
                hasChoices = CountTexts(ref reader, json);
            }
            else
            {
                if (isError && reader.TokenType != JsonTokenType.Null) Fail();
                reader.Skip();
            }
        }

        return hasUsage && !hasChoices;
    }

    protected override bool IsDelivered(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("arguments"u8)
        || reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("refusal"u8)
        || reader.ValueTextEquals("text"u8);
}

/// <summary>Responses: events with a type; the last one carries the whole response and its usage.</summary>
internal sealed class ResponsesMeter : Meter
{
    /// <summary>The response as the stream's first event named it.</summary>
    internal string? Id { get; private set; }
    internal string? Model { get; private set; }
    internal long CreatedAt { get; private set; }

    protected override bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8)) ReadType(ref reader);
            else if (reader.ValueTextEquals("delta"u8)) ReadDelta(ref reader);
            else if (reader.ValueTextEquals("output"u8)) ReadOutput(ref reader, json);
            else if (reader.ValueTextEquals("response"u8)) ReadResponse(ref reader);
            else ReadUsageOrError(ref reader);
        }

        return false;
    }

    private void ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return;
        }

        var isFailed = reader.ValueTextEquals("response.failed"u8);
        if (isFailed || reader.ValueTextEquals("error"u8)) Fail();
        if (isFailed
            || reader.ValueTextEquals("response.completed"u8) || reader.ValueTextEquals("response.incomplete"u8))
            End();
    }

    private void ReadDelta(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) Count(ref reader);
        else reader.Skip();
    }

    // Unary only: the events of a stream have told the texts one by one.
    private void ReadOutput(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray) CountTexts(ref reader, json);
        else reader.Skip();
    }

    private void ReadResponse(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var isNamed = Id is not null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!isNamed && reader.ValueTextEquals("id"u8)) Id = Text(ref reader);
            else if (!isNamed && reader.ValueTextEquals("model"u8)) Model = Text(ref reader);
            else if (!isNamed && reader.ValueTextEquals("created_at"u8)) CreatedAt = Number(ref reader);
            else ReadUsageOrError(ref reader);
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    private void ReadUsageOrError(ref Utf8JsonReader reader)
    {
        var (isUsage, isError) = (reader.ValueTextEquals("usage"u8), reader.ValueTextEquals("error"u8));
        reader.Read();
        if (isUsage && reader.TokenType == JsonTokenType.StartObject) Report(OpenAiUsage.Read(ref reader));
        else if (isError && reader.TokenType != JsonTokenType.Null) Fail();
        reader.Skip();
    }

    protected override bool IsDelivered(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("arguments"u8)
        || reader.ValueTextEquals("refusal"u8) || reader.ValueTextEquals("input"u8);
}

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// What the gateway must know of a request, found by reading over its bytes; everything else passes untouched.
/// </summary>
internal sealed record ChatRequest
{
    /// <summary>
    /// What an answer may be at most when the caller sets no limit; only the size of the hold depends on it.
    /// </summary>
    private const long OutputTokensDefault = 4096;

    private const long OutputTokensMax = 1_000_000;
    private const int ChoicesMax = 128;

    internal required ReadOnlyMemory<byte> Body { get; init; }
    internal string Model { get; private set; } = "";
    internal bool Stream { get; private set; }

    /// <summary>The caller asked for the usage chunk; otherwise the one we ask for is not shown.</summary>
    internal bool WantsUsage { get; private set; }

    /// <summary>
    /// An estimate from the bytes of the body, used for the hold and where the provider reports nothing.
    /// </summary>
    internal long CountedInputTokens { get; private set; }

    internal long OutputTokensLimit { get; private set; }

    /// <summary>What is sent upstream.</summary>
    internal ReadOnlyMemory<byte> Outgoing { get; private set; }

    /// <summary>Null and a request, or what is wrong with it.</summary>
    internal static Refusal? Read(ReadOnlyMemory<byte> body, out ChatRequest request)
    {
        request = new ChatRequest { Body = body };
        try
        {
            var refusal = request.Scan();
            return refusal;
        }
        catch (JsonException)
        {
            return Errors.Malformed("The body is not valid JSON.");
        }
        catch (InvalidOperationException)
        {
            return Errors.Malformed("The body holds text that is not valid UTF-8.");
        }
    }

    private Refusal? Scan()
    {
        var reader = new Utf8JsonReader(Body.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Errors.Malformed("The body must be a JSON object.");

        var seen = Fields.None;
        var choices = 1;
        long? limit = null;
        var options = default(Options);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Name(ref reader);
            // Two readers of a repeated field may take different ones: what is billed must be what is served.
            if (field != Fields.None && (seen & field) != 0)
                return Errors.Malformed("model, stream and the token limits may be given once only.");
            seen |= field;
            reader.Read();
            switch (field)
            {
                case Fields.Model when reader.TokenType == JsonTokenType.String:
                    Model = reader.GetString()!;
                    break;
                case Fields.Stream
                    when reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                    Stream = reader.TokenType == JsonTokenType.True;
                    break;
                case Fields.Choices or Fields.MaxTokens or Fields.MaxCompletionTokens
                    when reader.TokenType == JsonTokenType.Null:
                    break;
                case Fields.Choices
                    when reader.TokenType == JsonTokenType.Number
                        && reader.TryGetInt32(out var n) && n is >= 1 and <= ChoicesMax:
                    choices = n;
                    break;
                case Fields.MaxTokens or Fields.MaxCompletionTokens
                    when reader.TokenType == JsonTokenType.Number
                        && reader.TryGetInt64(out var most) && most >= 1:
                    limit = Math.Max(limit ?? 0, most);
                    break;
                case Fields.StreamOptions when reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null:
                    if (Options.Read(ref reader, out options) is { } badOptions) return badOptions;
                    break;
                case Fields.None:
                    reader.Skip();
                    break;
                default:
                    return Errors.Invalid(Wire(field), $"'{Wire(field)}' has the wrong type or is out of range.");
            }
        }

        while (reader.Read()) { } // What follows the object must be nothing.
        if (Model.Length == 0) return Errors.Invalid("model", "you must provide a model parameter");
        CountedInputTokens = TokenCount.Of(Body.Span);
        OutputTokensLimit = Math.Min(limit ?? OutputTokensDefault, OutputTokensMax) * choices;
        WantsUsage = options.IncludeUsage;
        Outgoing = Stream && !WantsUsage ? AskForUsage(options) : Body;
        return null;
    }

    // The only change to a request: a stream must end with its usage.
    private byte[] AskForUsage(Options options)
    {
        if (options.FlagStart > 0) return Replace(options.FlagStart, options.FlagEnd, "true"u8);
        if (options.IsEmpty) return Replace(options.Start + 1, options.Start + 1, "\"include_usage\":true"u8);
        if (options.IsObject) return Replace(options.Start + 1, options.Start + 1, "\"include_usage\":true,"u8);
        if (options.IsNull) return Replace(options.Start, options.End, "{\"include_usage\":true}"u8);
        var first = Body.Span.IndexOf((byte)'{') + 1;
        return Replace(first, first, "\"stream_options\":{\"include_usage\":true},"u8);
    }

    private byte[] Replace(int from, int until, ReadOnlySpan<byte> text) =>
        [.. Body.Span[..from], .. text, .. Body.Span[until..]];

    private static Fields Name(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("model"u8) ? Fields.Model
        : reader.ValueTextEquals("stream"u8) ? Fields.Stream
        : reader.ValueTextEquals("stream_options"u8) ? Fields.StreamOptions
        : reader.ValueTextEquals("max_tokens"u8) ? Fields.MaxTokens
        : reader.ValueTextEquals("max_completion_tokens"u8) ? Fields.MaxCompletionTokens
        : reader.ValueTextEquals("n"u8) ? Fields.Choices
        : Fields.None;

    private static string Wire(Fields field) => field switch
    {
        Fields.Model => "model",
        Fields.Stream => "stream",
        Fields.StreamOptions => "stream_options",
        Fields.MaxTokens => "max_tokens",
        Fields.MaxCompletionTokens => "max_completion_tokens",
        _ => "n",
    };

    [Flags]
    private enum Fields
    {
        None = 0,
        Model = 1,
        Stream = 2,
        StreamOptions = 4,
        MaxTokens = 8,
        MaxCompletionTokens = 16,
        Choices = 32,
    }

    /// <summary>Where stream_options stands in the body, and include_usage in it.</summary>
    private readonly record struct Options(int Start, int End)
    {
        internal bool IsNull { get; init; }
        internal bool IsObject { get; init; }
        internal bool IsEmpty { get; init; }
        internal bool IncludeUsage { get; init; }
        internal int FlagStart { get; init; }
        internal int FlagEnd { get; init; }

        internal static Refusal? Read(ref Utf8JsonReader reader, out Options found)
        {
            found = new Options((int)reader.TokenStartIndex, (int)reader.BytesConsumed) { IsNull = true };
            if (reader.TokenType == JsonTokenType.Null) return null;

            found = found with { IsNull = false, IsObject = true, IsEmpty = true };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isFlag = reader.ValueTextEquals("include_usage"u8);
                reader.Read();
                found = found with { IsEmpty = false };
                if (isFlag)
                {
                    if (found.FlagStart > 0) return Errors.Malformed("include_usage may be given once only.");
                    if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                        return Errors.Invalid("stream_options",
                            "'stream_options.include_usage' must be true or false.");
                    found = found with
                    {
                        IncludeUsage = reader.TokenType == JsonTokenType.True,
                        FlagStart = (int)reader.TokenStartIndex,
                        FlagEnd = (int)reader.BytesConsumed,
                    };
                }

                reader.Skip();
            }

            found = found with { End = (int)reader.BytesConsumed };
            return null;
        }
    }
}

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>Where stream_options stands in the body, and include_usage in it.</summary>
internal readonly record struct StreamOptions(int Start, int End)
{
    private static readonly byte[] True = "true"u8.ToArray();
    private static readonly byte[] Flag = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] FlagFirst = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] Options = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] OptionsFirst = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();

    internal bool IsNull { get; init; }
    internal bool IsObject { get; init; }
    internal bool IsEmpty { get; init; }
    internal bool IncludeUsage { get; init; }
    internal int FlagStart { get; init; }
    internal int FlagEnd { get; init; }

    /// <summary>What has to change in the body so that it asks for usage.</summary>
    internal Change Ask(ReadOnlySpan<byte> body)
    {
        if (FlagStart > 0) return new Change(FlagStart, FlagEnd, True);
        if (IsEmpty) return new Change(Start + 1, Start + 1, Flag);
        if (IsObject) return new Change(Start + 1, Start + 1, FlagFirst);
        if (IsNull) return new Change(Start, End, Options);
        var first = body.IndexOf((byte)'{') + 1;
        return new Change(first, first, OptionsFirst);
    }

    internal static Refusal? Read(ref Utf8JsonReader reader, out StreamOptions found)
    {
        found = new StreamOptions((int)reader.TokenStartIndex, (int)reader.BytesConsumed) { IsNull = true };
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

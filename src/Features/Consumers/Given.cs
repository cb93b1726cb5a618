namespace SupplyApi.Features.Consumers;

/// <summary>A member that null takes away: so it makes a difference whether it was sent.</summary>
internal readonly record struct Given<T>(bool IsSent, T? Value);

internal sealed class GivenJson<T> : JsonConverter<Given<T>>
{
    public override bool HandleNull => true;

    public override Given<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return new Given<T>(true, default);
        try
        {
            var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            return new Given<T>(true, JsonSerializer.Deserialize(ref reader, type));
        }
        catch (JsonException error)
        {
            // Without a place of its own it gets that of the member.
            throw new JsonException(error.Message);
        }
    }

    public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Only callers send it.");
}

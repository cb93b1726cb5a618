namespace SupplyApi.Features.Consumers;

/// <summary>A member that null takes away: so it makes a difference whether it was sent.</summary>
internal readonly record struct Given<T>(bool IsSent, T? Value);

/// <summary>Where in a member that was sent something is wrong: goes along with what is thrown.</summary>
internal static class Given
{
    private const string Within = "within";

    internal static JsonException Wrong(JsonException within)
    {
        // Without a place of its own it gets that of the member.
        var error = new JsonException(within.Message);
        error.Data[Within] = within.Path;
        return error;
    }

    internal static string? PathOf(JsonException error) =>
        error.Data[Within] is string within ? error.Path + within[1..] : error.Path;
}

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
            throw Given.Wrong(error);
        }
    }

    public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Only callers send it.");
}

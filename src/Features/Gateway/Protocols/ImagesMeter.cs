using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>
/// Pictures: the whole answer lists them, a stream's last event is one. What is shown of a picture on the way to it is
/// not counted.
/// </summary>
internal sealed class ImagesMeter : Meter
{
    protected override bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isList, isUsage, isError) = (
                reader.ValueTextEquals("type"u8),
                reader.ValueTextEquals("data"u8),
                reader.ValueTextEquals("usage"u8),
                reader.ValueTextEquals("error"u8));
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String) ReadType(ref reader);
            else if (isList && reader.TokenType == JsonTokenType.StartArray) CountPictures(ref reader);
            else if (isUsage && reader.TokenType == JsonTokenType.StartObject) Report(OpenAiUsage.Read(ref reader));
            else if (isError && reader.TokenType != JsonTokenType.Null) Fail();
            reader.Skip();
        }

        return false;
    }

    protected override bool IsDelivered(ref Utf8JsonReader reader) => false;

    private void ReadType(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("error"u8)) Fail();
        if (!reader.ValueTextEquals("image_generation.completed"u8)) return;
        CountPicture();
        MayBeEnd();
    }

    private void CountPictures(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.StartObject) CountPicture();
            reader.Skip();
        }
    }
}

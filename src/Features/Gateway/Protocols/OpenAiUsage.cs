using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>Cached is a part of input, reasoning a part of output; each usage is complete in itself.</summary>
internal struct OpenAiUsage
{
    private Usage usage;
    private long total;
    private long readBeside;
    private long writtenBeside;
    private long written;
    private long writtenFor5m;
    private long writtenFor1h;

    internal static Usage Read(ref Utf8JsonReader reader)
    {
        var found = default(OpenAiUsage);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) found.ReadMember(ref reader);
        return found.Whole();
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            usage = usage with { Input = Number(ref reader) };
        else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            usage = usage with { Output = Number(ref reader) };
        else if (reader.ValueTextEquals("total_tokens"u8))
            total = Number(ref reader);
        else if (reader.ValueTextEquals("prompt_tokens_details"u8)
            || reader.ValueTextEquals("input_tokens_details"u8))
            ReadInput(ref reader);
        else if (reader.ValueTextEquals("completion_tokens_details"u8)
            || reader.ValueTextEquals("output_tokens_details"u8))
            ReadOutput(ref reader);
        else if (reader.ValueTextEquals("cached_tokens"u8))
            usage = usage with { CachedInput = Number(ref reader) };
        else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            readBeside = Number(ref reader);
        else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            writtenBeside = Number(ref reader);
        else if (reader.ValueTextEquals("cache_creation"u8))
            ReadWritten(ref reader);
        else
            reader.Skip();
    }

    private void ReadInput(ref Utf8JsonReader reader)
    {
        if (!Opens(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
                usage = usage with { CachedInput = Number(ref reader) };
            else if (reader.ValueTextEquals("image_tokens"u8))
                usage = usage with { ImageInput = Number(ref reader) };
            else if (reader.ValueTextEquals("audio_tokens"u8))
                usage = usage with { AudioInput = Number(ref reader) };
            else if (reader.ValueTextEquals("cached_tokens_details"u8))
                ReadCached(ref reader);
            else if (reader.ValueTextEquals("cache_write_tokens"u8)
                || reader.ValueTextEquals("cache_creation_tokens"u8))
                written = Number(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadCached(ref Utf8JsonReader reader)
    {
        if (!Opens(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("image_tokens"u8)) usage = usage with { CachedImage = Number(ref reader) };
            else if (reader.ValueTextEquals("audio_tokens"u8)) usage = usage with { CachedAudio = Number(ref reader) };
            else reader.Skip();
        }
    }

    private void ReadOutput(ref Utf8JsonReader reader)
    {
        if (!Opens(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8)) usage = usage with { Reasoning = Number(ref reader) };
            else if (reader.ValueTextEquals("image_tokens"u8)) usage = usage with { ImageOutput = Number(ref reader) };
            else if (reader.ValueTextEquals("audio_tokens"u8)) usage = usage with { AudioOutput = Number(ref reader) };
            else reader.Skip();
        }
    }

    private void ReadWritten(ref Utf8JsonReader reader)
    {
        if (!Opens(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8)) writtenFor5m = Number(ref reader);
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8)) writtenFor1h = Number(ref reader);
            else reader.Skip();
        }
    }

    private readonly Usage Whole()
    {
        var writes = Math.Max(Math.Max(written, writtenBeside), writtenFor5m + writtenFor1h);
        var beside = readBeside + (writtenBeside > 0 || readBeside > 0 ? writes : 0);
        // Who passes on what Anthropic counted makes it a part of the prompt, as it is here. Those who leave it beside
        // the prompt give themselves away: by the total, or by a part that is larger than the whole.
        var isBeside = beside > 0 && (beside > usage.Input || total >= usage.Input + usage.Output + beside);
        var input = usage.Input + (isBeside ? beside : 0);
        var cached = Math.Min(Math.Max(usage.CachedInput, readBeside), input);
        var for1h = Math.Min(writtenFor1h, input - cached);
        return usage with
        {
            Input = input,
            CachedInput = cached,
            CacheWrite1h = for1h,
            CacheWrite5m = Math.Min(writes - writtenFor1h, input - cached - for1h),
            Reasoning = Math.Min(usage.Reasoning, usage.Output),
        };
    }

    private static bool Opens(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject) return true;
        reader.Skip();
        return false;
    }

    // Whatever stands in a number's place is passed over whole.
    private static long Number(ref Utf8JsonReader reader)
    {
        var number = Meter.Number(ref reader);
        reader.Skip();
        return number;
    }
}

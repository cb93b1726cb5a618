using System.Buffers;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Reads along: the usage that the provider reports, and what was delivered, for where it reports nothing. Takes whole
/// JSON values (an event's data, a unary body); it never changes a byte.
/// </summary>
internal sealed class Meter
{
    private TokenCount delivered;

    /// <summary>The last usage seen. Providers that repeat it on every chunk report running totals.</summary>
    internal Usage? Reported { get; private set; }

    internal bool SawError { get; private set; }

    internal bool SawEnd { get; private set; }

    /// <summary>Something was no JSON object.</summary>
    internal bool SawGarbage { get; private set; }

    internal long DeliveredTokens => delivered.Tokens;

    /// <summary>True when the value held usage and no choices: the chunk that only usage was asked for.</summary>
    internal bool Read(ReadOnlySpan<byte> json)
    {
        var hasUsage = false;
        var hasChoices = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                SawGarbage = true;
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isUsage, isChoices, isError) = (
                    reader.ValueTextEquals("usage"u8),
                    reader.ValueTextEquals("choices"u8),
                    reader.ValueTextEquals("error"u8));
                reader.Read();
                if (isUsage && reader.TokenType == JsonTokenType.StartObject)
                {
                    Reported = ReadUsage(ref reader);
                    hasUsage = true;
                }
                else if (isChoices && reader.TokenType == JsonTokenType.StartArray)
                {
                    hasChoices = ReadChoices(ref reader);
                }
                else
                {
                    SawError |= isError && reader.TokenType != JsonTokenType.Null;
                    reader.Skip();
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            SawGarbage = true;
            return false; // Not ours to judge: the bytes pass, and nothing is read from them.
        }

        return hasUsage && !hasChoices;
    }

    /// <summary>The stream said that it is over.</summary>
    internal void End() => SawEnd = true;

    private static Usage ReadUsage(ref Utf8JsonReader reader)
    {
        var usage = default(Usage);
        var depth = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("prompt_tokens"u8)) usage = usage with { Input = Number(ref reader) };
            else if (reader.ValueTextEquals("completion_tokens"u8)) usage = usage with { Output = Number(ref reader) };
            else if (reader.ValueTextEquals("cached_tokens"u8)) usage = usage with { CachedInput = Number(ref reader) };
        }

        return usage with { CachedInput = Math.Min(usage.CachedInput, usage.Input) };
    }

    private bool ReadChoices(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        var any = false;
        var isText = false;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth))
        {
            any = true;
            if (reader.TokenType == JsonTokenType.PropertyName) isText = IsDelivered(ref reader);
            else if (reader.TokenType == JsonTokenType.String && isText) Count(ref reader);
        }

        return any;
    }

    private static bool IsDelivered(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("arguments"u8)
        || reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("refusal"u8);

    private void Count(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            delivered.Add(reader.ValueSpan);
            return;
        }

        var text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            delivered.Add(text.AsSpan(0, reader.CopyString(text)));
        }
        catch (InvalidOperationException)
        {
            // Half of an escaped pair, its other half in the next chunk: no text, so it counts as it stands.
            delivered.Add(reader.ValueSpan);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static long Number(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value > 0
            ? value
            : 0;
}

/// <param name="Input">All input tokens, cached ones included.</param>
internal readonly record struct Usage(long Input, long CachedInput, long Output);

using System.Buffers;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Reads along: the usage that the provider reports, and what was delivered, for where it reports nothing. Takes whole
/// JSON values (an event's data, an element, a unary body); it never changes a byte. Each protocol has its own.
/// </summary>
internal abstract class Meter
{
    /// <summary>More is a provider's mistake; counts must add up without overflow.</summary>
    private const long TokensMax = 1_000_000_000_000;

    private TokenCount delivered;
    private (int Count, int Start, int Length) texts;
    private bool toldMore;
    private long pictures;
    private Usage usage;
    private Told told;

    /// <summary>The last usage seen. Providers that repeat it on every chunk report running totals.</summary>
    internal Usage? Reported => told == Told.All ? usage : null;

    /// <summary>Input that was reported ahead of the output; what there was of that is still to be told.</summary>
    internal Usage? ReportedInput => told == Told.Input ? usage : null;

    internal bool SawError { get; private set; }

    /// <summary>The last value was, or held, an error.</summary>
    internal bool IsError { get; private set; }

    /// <summary>The stream said that it is over.</summary>
    internal bool SawEnd { get; private set; }

    /// <summary>Something came that is an end unless more comes.</summary>
    internal bool SawFinish { get; private set; }

    /// <summary>The last value was such an end.</summary>
    internal bool LooksLast { get; private set; }

    /// <summary>Something was no JSON object.</summary>
    internal bool SawGarbage { get; private set; }

    internal long DeliveredTokens => delivered.Tokens + (pictures * TokensPerPicture);

    /// <summary>By the provider's own account where it gives one while it speaks, else what was delivered.</summary>
    internal long OutputSoFar => told == Told.All ? usage.Output : DeliveredTokens;

    /// <summary>Where in the last value, in bytes, the one text stands that was all it told; else null.</summary>
    internal (int Start, int Length)? OnlyText =>
        texts.Count == 1 && !toldMore ? (texts.Start, texts.Length) : null;

    /// <summary>What a caller is told of its usage when a stream ends before the provider tells.</summary>
    internal Usage SoFar(long countedInput) =>
        Reported ?? (ReportedInput ?? new Usage(countedInput, 0, 0)) with { Output = DeliveredTokens };

    /// <summary>What a picture counts as, by what the request asked for.</summary>
    internal long TokensPerPicture { get; set; }

    /// <summary>True when the value is nothing but what the gateway asked for on its own account.</summary>
    internal bool Read(ReadOnlySpan<byte> json)
    {
        LooksLast = IsError = toldMore = false;
        texts = default;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                return ReadObject(ref reader, json);
            SawGarbage = toldMore = true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            SawGarbage = toldMore = true; // Not ours to judge: the bytes pass, and nothing is read from them.
        }

        return false;
    }

    /// <summary>A value that is like the last one told this text, and nothing else.</summary>
    internal void ReadText(ReadOnlySpan<byte> text)
    {
        LooksLast = IsError = false;
        delivered.Add(text);
    }

    internal void End() => SawEnd = toldMore = true;

    internal static long Number(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value > 0
            ? Math.Min(value, TokensMax)
            : 0;

    /// <summary>Reads the members of one value, of which the opening brace is read.</summary>
    protected abstract bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json);

    /// <summary>Whether this member's value is what the model wrote.</summary>
    protected abstract bool IsDelivered(ref Utf8JsonReader reader);

    protected void Fail() => SawError = IsError = toldMore = true;

    internal long Pictures => pictures;

    protected void CountPicture()
    {
        pictures++;
        toldMore = true;
    }

    protected void Report(Usage all)
    {
        (usage, told) = (all, Told.All);
        toldMore = true;
    }

    protected void ReportInput(Usage input)
    {
        if (told != Told.All) (usage, told) = (input, Told.Input);
        toldMore = true;
    }

    protected void MayBeEnd() => SawFinish = LooksLast = toldMore = true;

    /// <summary>Counts what the model wrote in this object or array. False when it is empty.</summary>
    protected bool CountTexts(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var depth = reader.CurrentDepth;
        var any = false;
        var isText = false;
        var isMember = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            any = true;
            var isItsValue = isMember;
            isMember = reader.TokenType == JsonTokenType.PropertyName;
            if (isMember)
            {
                isText = IsDelivered(ref reader);
            }
            else if (isText && reader.TokenType == JsonTokenType.String)
            {
                Count(ref reader);
            }
            else if (isText && isItsValue && reader.TokenType == JsonTokenType.StartObject)
            {
                // Arguments that are JSON rather than JSON as text.
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                delivered.Add(json[start..(int)reader.BytesConsumed]);
                toldMore = true;
                isText = false;
            }
        }

        return any;
    }

    protected void Count(ref Utf8JsonReader reader)
    {
        texts = (texts.Count + 1, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
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

    private enum Told
    {
        Nothing,
        Input,
        All,
    }
}

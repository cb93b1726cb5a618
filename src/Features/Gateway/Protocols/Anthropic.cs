using System.Text;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>Anthropic's messages (https://docs.anthropic.com/en/api/messages).</summary>
internal sealed class Anthropic : Protocol
{
    private readonly string path;

    private Anthropic(string path) => this.path = path;

    internal static Protocol Messages { get; } = new Anthropic("messages")
    {
        Providers = ["anthropic"],
        Members =
        [
            new("model", Meaning.Model), new("stream", Meaning.Stream),
            new("max_tokens", Meaning.OutputLimit, Least: 0),
        ],
    };

    internal static Protocol CountTokens { get; } = new Anthropic("messages/count_tokens")
    {
        Providers = ["anthropic"],
        Members = [new("model", Meaning.Model)],
        IsFree = true,
        HasOutput = false,
    };

    internal override IReadOnlyList<string> CallerHeaders { get; } = ["anthropic-version", "anthropic-beta"];

    internal override string UpstreamPath(string model) => path;

    internal override Meter NewMeter() => new AnthropicMeter();

    internal override ReadOnlyMemory<byte> Failure(Framing framing, ReadOnlySpan<byte> error) =>
        framing == Framing.Events ? (byte[])[.. "event: error\ndata: "u8, .. error, .. "\n\n"u8] : default;

    internal override ReadOnlyMemory<byte> Cut(GatewayExchange exchange, ReadOnlySpan<byte> last)
    {
        using var value = JsonDocument.Parse(last.ToArray());
        var output = exchange.Meter.SoFar(exchange.Request.CountedInputTokens).Output;
        var block = value.RootElement.TryGetProperty("index", out var index) && index.TryGetInt64(out var place)
            ? Event("content_block_stop", $",\"index\":{place}")
            : "";
        return Encoding.UTF8.GetBytes(block
            + Event("message_delta",
                ",\"delta\":{\"stop_reason\":\"max_tokens\",\"stop_sequence\":null},"
                + $$"""
                "usage":{"output_tokens":{{output}}}
                """)
            + Event("message_stop", ""));
    }

    private static string Event(string type, string members) =>
        $"event: {type}\ndata: {{\"type\":\"{type}\"{members}}}\n\n";
}

/// <summary>
/// Input stands at the start of a stream, output at its end, each as the running total. What is read from and written
/// to the cache is counted beside the input, not in it.
/// </summary>
internal sealed class AnthropicMeter : Meter
{
    private long fresh;
    private long read;
    private long written;
    private long writtenFor5m;
    private long writtenFor1h;
    private long output;
    private bool isStart;

    protected override bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        isStart = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isMessage, isUsage, isError, isText) = (
                reader.ValueTextEquals("type"u8),
                reader.ValueTextEquals("message"u8),
                reader.ValueTextEquals("usage"u8),
                reader.ValueTextEquals("error"u8),
                reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("delta"u8));
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("message_stop"u8)) End();
            else if (isMessage && reader.TokenType == JsonTokenType.StartObject) ReadMessage(ref reader);
            else if (isUsage && reader.TokenType == JsonTokenType.StartObject) ReadUsage(ref reader);
            else if (isText && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                CountTexts(ref reader, json);
            else if (isError && reader.TokenType != JsonTokenType.Null) Fail();
            reader.Skip();
        }

        return false;
    }

    // The first event of a stream: its output is what the first token will have been, not what is delivered.
    private void ReadMessage(ref Utf8JsonReader reader)
    {
        isStart = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            reader.Read();
            if (isUsage && reader.TokenType == JsonTokenType.StartObject) ReadUsage(ref reader);
            else reader.Skip();
        }
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        var hasOutput = false;
        var depth = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            var isTotal = reader.CurrentDepth == depth + 1;
            if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8)) writtenFor5m = Number(ref reader);
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8)) writtenFor1h = Number(ref reader);
            else if (isTotal && reader.ValueTextEquals("input_tokens"u8)) fresh = Number(ref reader);
            else if (isTotal && reader.ValueTextEquals("cache_read_input_tokens"u8)) read = Number(ref reader);
            else if (isTotal && reader.ValueTextEquals("cache_creation_input_tokens"u8)) written = Number(ref reader);
            else if (isTotal && reader.ValueTextEquals("output_tokens"u8))
                (output, hasOutput) = (Number(ref reader), true);
        }

        // Older models tell only how much was written: for five minutes, as nothing else was to be had.
        var total = Math.Max(written, writtenFor5m + writtenFor1h);
        var usage = new Usage(fresh + read + total, read, output)
        {
            CacheWrite5m = total - writtenFor1h,
            CacheWrite1h = writtenFor1h,
        };
        if (isStart || !hasOutput) ReportInput(usage with { Output = 0 });
        else Report(usage);
    }

    protected override bool IsDelivered(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("thinking"u8)
        || reader.ValueTextEquals("partial_json"u8) || reader.ValueTextEquals("input"u8);
}

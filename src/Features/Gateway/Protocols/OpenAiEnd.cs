using System.Buffers;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>How OpenAI's streams end when an answer has become as long as it may.</summary>
internal static class OpenAiEnd
{
    internal static ReadOnlyMemory<byte> OfChat(GatewayExchange exchange, ReadOnlySpan<byte> last) =>
        OfChunks(exchange, last, static json =>
        {
            json.WriteStartObject("delta");
            json.WriteEndObject();
        });

    internal static ReadOnlyMemory<byte> OfCompletion(GatewayExchange exchange, ReadOnlySpan<byte> last) =>
        OfChunks(exchange, last, static json => json.WriteString("text", ""));

    internal static ReadOnlyMemory<byte> OfResponse(GatewayExchange exchange, ReadOnlySpan<byte> last)
    {
        var named = (ResponsesMeter)exchange.Meter;
        var usage = exchange.Meter.SoFar(exchange.Request.CountedInputTokens);
        using var value = JsonDocument.Parse(last.ToArray());
        var root = value.RootElement;
        var number = root.TryGetProperty("sequence_number", out var seen) && seen.TryGetInt64(out var before)
            ? before + 1
            : 0;
        var end = new ArrayBufferWriter<byte>();
        end.Write("event: response.incomplete\ndata: "u8);
        using (var json = new Utf8JsonWriter(end))
        {
            json.WriteStartObject();
            json.WriteString("type", "response.incomplete");
            json.WriteNumber("sequence_number", number);
            json.WriteStartObject("response");
            json.WriteString("id", named.Id);
            json.WriteString("object", "response");
            json.WriteNumber("created_at", named.CreatedAt);
            json.WriteString("status", "incomplete");
            json.WriteNull("error");
            json.WriteStartObject("incomplete_details");
            json.WriteString("reason", "max_output_tokens");
            json.WriteEndObject();
            json.WriteString("model", named.Model);
            json.WriteStartArray("output");
            json.WriteEndArray();
            json.WriteStartObject("usage");
            json.WriteNumber("input_tokens", usage.Input);
            json.WriteNumber("output_tokens", usage.Output);
            json.WriteNumber("total_tokens", usage.Input + usage.Output);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        end.Write("\n\n"u8);
        return end.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> OfChunks(
        GatewayExchange exchange, ReadOnlySpan<byte> last, Action<Utf8JsonWriter> nothing)
    {
        using var value = JsonDocument.Parse(last.ToArray());
        var end = new ArrayBufferWriter<byte>();
        WriteChunk(end, value.RootElement, json =>
        {
            json.WriteStartArray("choices");
            for (var index = 0; index < exchange.Request.Choices; index++)
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                nothing(json);
                json.WriteNull("logprobs");
                json.WriteString("finish_reason", "length");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        if (exchange.Request.WantsUsage)
            WriteChunk(end, value.RootElement, json => WriteUsage(json, exchange));
        end.Write("data: [DONE]\n\n"u8);
        return end.WrittenMemory;
    }

    private static void WriteUsage(Utf8JsonWriter json, GatewayExchange exchange)
    {
        var usage = exchange.Meter.SoFar(exchange.Request.CountedInputTokens);
        json.WriteStartArray("choices");
        json.WriteEndArray();
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.Input);
        json.WriteNumber("completion_tokens", usage.Output);
        json.WriteNumber("total_tokens", usage.Input + usage.Output);
        json.WriteEndObject();
    }

    // The stream's own id, model and time, as the last chunk has them.
    private static void WriteChunk(ArrayBufferWriter<byte> end, JsonElement last, Action<Utf8JsonWriter> rest)
    {
        end.Write("data: "u8);
        using (var json = new Utf8JsonWriter(end))
        {
            json.WriteStartObject();
            foreach (var member in last.EnumerateObject())
            {
                if (member.Name is not ("choices" or "usage" or "obfuscation")) member.WriteTo(json);
            }

            rest(json);
            json.WriteEndObject();
        }

        end.Write("\n\n"u8);
    }
}

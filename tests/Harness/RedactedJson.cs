using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Harness;

/// <summary>JSON as it came, member by member, with what varies replaced; numbers keep their exact text.</summary>
/// <param name="path">Of the request: it says of what an `id` without a name is the id.</param>
/// <param name="isRequest">What the test sent is shown, not checked.</param>
internal sealed partial class RedactedJson(Redactions redactions, string path, bool isRequest)
{
    private readonly string subject = SubjectOf(path);

    internal string Print(string json, bool isIndented)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return redactions.Text(json);
        }

        var bytes = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions
        {
            Indented = isIndented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (document)
        using (var writer = new Utf8JsonWriter(bytes, options)) Write(writer, document.RootElement, "", subject);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, string member, string owner)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var one in value.EnumerateObject())
                {
                    writer.WritePropertyName(redactions.Text(one.Name));
                    Write(writer, one.Value, one.Name, OwnerIn(member, owner));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var one in value.EnumerateArray()) Write(writer, one, member, owner);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Text(member, owner, value.GetString()!));
                break;
            case JsonValueKind.Number:
                WriteNumber(writer, member, owner, value.GetRawText());
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private void WriteNumber(Utf8JsonWriter writer, string member, string owner, string number)
    {
        var shown = member switch
        {
            _ when KindOf(member, owner) is { } kind =>
                isRequest ? redactions.SentId(kind, number) : redactions.Id(kind, number, isNumber: true),
            "created" or "created_at" when !isRequest => redactions.UnixTime(number),
            "retry_after" => redactions.Seconds(number),
            _ => number,
        };
        if (shown == number) writer.WriteRawValue(number);
        else writer.WriteStringValue(shown);
    }

    private string Text(string member, string owner, string text)
    {
        if (Redactions.PrefixedKind(text) is { } thing)
            return isRequest ? redactions.SentId(thing, text) : redactions.Id(thing, text, isNumber: false);
        if (isRequest) return member == "sms_code" ? redactions.SentId("code", text) : redactions.Text(text);
        return member switch
        {
            "token" => redactions.Token(text),
            "key" when text.StartsWith("sk-", StringComparison.Ordinal) => redactions.Key(text),
            "key_prefix" => redactions.KeyPrefix(text),
            "apiKeyValue" or "secretKey" => redactions.Secret(text),
            "hint" => redactions.Hint(text),
            "appId" => redactions.Id("app", text, isNumber: false),
            "referral_code" => redactions.ReferralCode(text),
            "request_id" or "requestId" => redactions.RequestId(text),
            "kid" or "key_id" or "x" or "y" or "value" when Redactions.IsBase64Url(text) =>
                redactions.Random(member, text),
            "hash" or "settlement_no" or "file_name" or "download_url" or "printable_url" or "json_url" =>
                redactions.Document(text),
            _ when LooksLikeTime().IsMatch(text) => redactions.Time(member, text),
            _ when LooksLikeDay().IsMatch(text) => redactions.Day(member, text),
            _ when KindOf(member, owner) is { } kind && LooksLikeId().IsMatch(text) =>
                redactions.Id(kind, text, isNumber: false),
            _ => redactions.Text(text),
        };
    }

    // account_id and supply_account_id are ids of the same thing; who operates is a user.
    private static string? KindOf(string member, string owner)
    {
        if (member == "id") return owner;
        if (!member.EndsWith("_id", StringComparison.Ordinal)) return null;
        var kind = member.Split('_')[^2];
        return kind == "operator" ? "user" : kind;
    }

    // The envelope's `data` says nothing about what it holds.
    private static string OwnerIn(string member, string owner) =>
        member is "" or "data" ? owner : Redactions.Singular(member).Replace('_', '-');

    private static string SubjectOf(string path)
    {
        var segments = path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        // What a channel serves is named by the two of them: /api/channels/7/models
        if (segments is [.., "channels", _, "models"]) return "channel-model";
        var named = segments.LastOrDefault(static one => one != "me" && !one.All(char.IsAsciiDigit));
        return Redactions.Singular(named ?? "");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt ]\d")]
    private static partial Regex LooksLikeTime();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d$")]
    private static partial Regex LooksLikeDay();

    // A number as text, a UUID, or a prefix with a long random rest; a model's name is none of these.
    [GeneratedRegex("^(\\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[a-z]+[-_][A-Za-z0-9]{16,})$")]
    private static partial Regex LooksLikeId();
}

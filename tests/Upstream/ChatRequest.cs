using System.Text;
using System.Text.Json;

namespace SupplyApi.Upstream;

/// <summary>What a chat request asks for, as far as the answer depends on it.</summary>
internal sealed class ChatRequest
{
    private const string EmptyMessages =
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";

    private readonly JsonElement root;

    private ChatRequest(JsonElement root) => this.root = root;

    internal string Model => root.GetProperty("model").GetString()!;

    internal bool Stream => IsTrue(root, "stream");

    internal bool IncludeUsage => Option("include_usage") == true;

    internal bool IncludeObfuscation => Option("include_obfuscation") != false;

    internal int? TokensMax => Number("max_completion_tokens") ?? Number("max_tokens");

    /// <summary>The functions on offer, or one when the caller insists on it.</summary>
    internal IReadOnlyList<JsonElement> Tools =>
    [
        .. List("tools")
            .Select(tool => Find(tool, "function"))
            .OfType<JsonElement>()
            .Where(function => ForcedTool is null || Name(function) == ForcedTool)
    ];

    internal bool MustCallTool => ForcedTool is not null
        || Choice is { ValueKind: JsonValueKind.String } choice && choice.ValueEquals("required");

    internal string LastUserText => List("messages")
        .Where(message => Find(message, "role") is { ValueKind: JsonValueKind.String } role
            && role.ValueEquals("user"))
        .Select(TextOf)
        .LastOrDefault("");

    /// <summary>A token is four bytes of text: nobody's tokenizer, but the same at every run.</summary>
    internal int CountTokens() => List("messages")
        .Sum(message => (Encoding.UTF8.GetByteCount(TextOf(message)) + 3) / 4);

    /// <summary>Null when the body is refused, and the refusal is sent.</summary>
    internal static async Task<ChatRequest?> ReadAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(body);
            root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            await Refusal.SendInvalidAsync(http,
                "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
                + "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)");
            return null;
        }
        var (message, param, code) = Judge(root);
        if (message is null) return new ChatRequest(root);
        await Refusal.SendInvalidAsync(http, message, param, code);
        return null;
    }

    private static (string? Message, string? Param, string? Code) Judge(JsonElement root)
    {
        var messages = Find(root, "messages");
        if (Find(root, "model") is not { ValueKind: JsonValueKind.String })
            return ("you must provide a model parameter", null, null);
        if (messages is null)
            return ("Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
        if (messages is not { ValueKind: JsonValueKind.Array } list || list.EnumerateArray().Any(IsNoObject))
            return ("Invalid type for 'messages': expected an array of objects.", "messages", "invalid_type");
        if (list.GetArrayLength() == 0)
            return (EmptyMessages, "messages", "empty_array");
        if (!IsTrue(root, "stream") && Find(root, "stream_options") is not null)
            return ("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null);
        return default;
    }

    private static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    internal static string Name(JsonElement function) => function.GetProperty("name").GetString()!;

    private JsonElement? Choice => Find(root, "tool_choice");

    private string? ForcedTool =>
        Choice is { } choice && Find(choice, "function") is { } function ? Name(function) : null;

    private static string TextOf(JsonElement message) => Find(message, "content") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Concat(
            parts.EnumerateArray().Select(part => Find(part, "text")?.GetString())),
        _ => ""
    };

    private List<JsonElement> List(string name) =>
        Find(root, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    private bool? Option(string name) =>
        Find(root, "stream_options") is { } options && Find(options, name) is { } value
            ? value.ValueKind == JsonValueKind.True
            : null;

    private int? Number(string name) =>
        Find(root, name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;

    private static bool IsTrue(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.True };

    private static bool IsNoObject(JsonElement element) => element.ValueKind != JsonValueKind.Object;
}

using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Harness;

/// <summary>One way to call a model, as its callers write it, and what of its answers a test must know.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Provider">Whose packages it calls.</param>
public sealed record Way(string Name, string Provider, string Path)
{
    public static readonly Way Chat = new("createChatCompletion", "openai", "/v1/chat/completions");
    public static readonly Way Completion = new("createCompletion", "openai", "/v1/completions");
    public static readonly Way Response = new("createResponse", "openai", "/v1/responses");
    public static readonly Way Embedding = new("createEmbedding", "openai", "/v1/embeddings");
    public static readonly Way Image = new("createImage", "openai", "/v1/images/generations");
    public static readonly Way Message = new("createMessage", "anthropic", "/v1/messages");
    public static readonly Way MessageTokens =
        new("countMessageTokens", "anthropic", "/v1/messages/count_tokens") { IsFree = true };
    public static readonly Way Content =
        new("generateContent", "gemini", "/v1beta/models/{model}:generateContent");
    public static readonly Way ContentEvents =
        new("streamGenerateContent", "gemini", "/v1beta/models/{model}:streamGenerateContent?alt=sse");
    public static readonly Way ContentArray =
        new("streamGenerateContent", "gemini", "/v1beta/models/{model}:streamGenerateContent");
    public static readonly Way ContentTokens =
        new("countContentTokens", "gemini", "/v1beta/models/{model}:countTokens") { IsFree = true };
    public static readonly Way Stable =
        new("callStableModel", "gemini", "/v1/models/{model}:generateContent");

    public static readonly IReadOnlyList<Way> All =
    [
        Chat, Completion, Response, Embedding, Image, Message, MessageTokens, Content, ContentEvents, ContentTokens,
        Stable,
    ];

    public bool IsFree { get; init; }

    private bool IsOfGemini => Provider == "gemini";

    public string PathOf(string model) => Path.Replace("{model}", model, StringComparison.Ordinal);

    /// <param name="prompt">May hold the simulated provider's directives.</param>
    /// <param name="more">Further members of the request.</param>
    public string Body(string model, string prompt, string more = "", int limit = 1000)
    {
        var text = JsonValue.Create(prompt).ToJsonString();
        var members = Name switch
        {
            "createCompletion" => $"\"model\": \"{model}\", \"prompt\": {text}, \"max_tokens\": {limit}",
            "createResponse" => $"\"model\": \"{model}\", \"input\": {text}, \"max_output_tokens\": {limit}",
            "createImage" => $"\"model\": \"{model}\", \"prompt\": {text}, \"size\": \"1024x1024\"",
            "createEmbedding" => $"\"model\": \"{model}\", \"input\": {text}",
            "countMessageTokens" => $"\"model\": \"{model}\", {Messages(text)}",
            "createChatCompletion" or "createMessage" =>
                $"\"model\": \"{model}\", \"max_tokens\": {limit}, {Messages(text)}",
            "countContentTokens" => Contents(text),
            _ => $"{Contents(text)}, \"generationConfig\": {{ \"maxOutputTokens\": {limit} }}",
        };
        return $"{{ {members}{(more.Length > 0 ? ", " : "")}{more} }}";
    }

    public Task<Answer> CallAsync(Client client, string model, string prompt, string more = "", int limit = 1000) =>
        client.Post(PathOf(model), Body(model, prompt, more, limit));

    /// <summary>What the model said in this answer: all of it, or the deltas of a stream.</summary>
    public string Said(string body, bool isStream)
    {
        if (!isStream) return Said(JsonNode.Parse(body)!);
        if (!Path.Contains("stream", StringComparison.Ordinal) || Path.Contains("alt=sse", StringComparison.Ordinal))
        {
            var said = new StringBuilder();
            foreach (var line in body.Split('\n'))
            {
                if (line.StartsWith("data: {", StringComparison.Ordinal)) said.Append(Said(JsonNode.Parse(line[6..])!));
            }

            return said.ToString();
        }

        return string.Concat(JsonNode.Parse(body)!.AsArray().Select(one => Said(one!)));
    }

    private string Said(JsonNode node)
    {
        var said = IsOfGemini
            ? node["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]
            : Provider == "anthropic"
                ? node["delta"]?["text"] ?? (node["content"] as JsonArray)?[0]?["text"]
                : (node["choices"] as JsonArray)?.FirstOrDefault()?["delta"]?["content"]
                    ?? (node["choices"] as JsonArray)?.FirstOrDefault()?["message"]?["content"];
        return said?.GetValue<string>() ?? "";
    }

    private static string Messages(string text) => $"\"messages\": [{{ \"role\": \"user\", \"content\": {text} }}]";

    private static string Contents(string text) =>
        $"\"contents\": [{{ \"role\": \"user\", \"parts\": [{{ \"text\": {text} }}] }}]";
}

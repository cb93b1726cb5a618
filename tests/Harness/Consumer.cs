using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Harness;

/// <summary>A user who calls models: the credential is the sk- key, the session token stays in Token.</summary>
public sealed class Consumer(SupplyApiProcess api, Transcript? transcript) : Actor(api, transcript)
{
    public string Key { get; private set; } = "";

    /// <summary>As the console's user rather than as the gateway's key.</summary>
    public Client Console => WithCredential(Token);

    public async Task MakeKeyAsync(string settings = "{}")
    {
        var answer = await WithCredential(Token).Quietly().Post("/api/user/api-keys", settings);
        Credential = Key = answer.Expect(200).Text("key");
        Transcript?.Redactions.Register("key", Key);
    }

    /// <param name="prompt">May hold the simulated provider's directives: `!chunks=3 !tokens=10,5`.</param>
    /// <param name="more">Further members of the request, such as `"max_tokens": 5`.</param>
    public Task<Answer> ChatAsync(string model, string prompt = "Say hello.", string more = "") =>
        Post("/v1/chat/completions", Chat(model, prompt, more));

    public Task<Answer> ChatStreamAsync(string model, string prompt = "Say hello.") =>
        Post("/v1/chat/completions", StreamedChat(model, prompt));

    /// <summary>The same, read by the test as it comes.</summary>
    public Task<HttpResponseMessage> OpenChatAsync(string model, string prompt, CancellationToken ct = default) =>
        Open(HttpMethod.Post, "/v1/chat/completions", StreamedChat(model, prompt), ct);

    public static string StreamedChat(string model, string prompt) =>
        Chat(model, prompt, "\"stream\": true, \"max_tokens\": 1000");

    public static string Chat(string model, string prompt, string more = "")
    {
        var text = JsonValue.Create(prompt).ToJsonString();
        var members = $"\"model\": \"{model}\", \"messages\": [{{ \"role\": \"user\", \"content\": {text} }}]";
        return $"{{ {members}{(more.Length > 0 ? ", " : "")}{more} }}";
    }
}

using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Clients;

/// <summary>What the official SDK makes of the gateway; it runs once, each test looks at one case.</summary>
public sealed class OpenAiSdkTests(OpenAiSdk sdk) : IClassFixture<OpenAiSdk>
{
    [Fact]
    public void Lists_the_models()
    {
        var seen = sdk["models"];
        Assert.Contains(sdk.Model, seen["ids"]!.AsArray().Select(static one => one!.GetValue<string>()));
        Assert.Equal("""["model"]""", seen["objects"]!.ToJsonString());
    }

    [Fact]
    public void Completes_a_chat()
    {
        var seen = sdk["unary"];
        Assert.Equal("chat.completion", Text(seen, "object"));
        Assert.Equal("assistant", Text(seen, "role"));
        Assert.Equal("stop", Text(seen, "finish"));
        Assert.NotEmpty(Text(seen, "text"));
        Assert.NotEmpty(Text(seen, "requestId"));
        Assert.Equal((12, 4), Usage(seen));
    }

    [Fact]
    public void Streams_a_chat()
    {
        var seen = sdk["stream"];
        Assert.Equal("stop", Text(seen, "finish"));
        Assert.NotEmpty(Text(seen, "text"));
        Assert.True(seen["usage"] is null, "The gateway asks for usage on its own account; the client did not.");
    }

    [Fact]
    public void Streams_a_chat_with_its_usage()
    {
        var seen = sdk["streamWithUsage"];
        Assert.Equal("stop", Text(seen, "finish"));
        Assert.Equal(Text(sdk["stream"], "text"), Text(seen, "text"));
        Assert.Equal((12, 4), Usage(seen));
    }

    [Fact]
    public void Draws_a_picture()
    {
        Assert.Equal("""["iVBO"]""", sdk["image"]["pictures"]!.ToJsonString());
        Assert.Equal(272, sdk["image"]["usage"]!["output_tokens"]!.GetValue<int>());
        Assert.Equal(
            """["image_generation.partial_image","image_generation.completed"]""",
            sdk["streamedImage"]["types"]!.ToJsonString());
    }

    [Fact]
    public void Is_told_that_a_key_is_bad() => Assert.Equal(("AuthenticationError", 401), Error("badKey"));

    [Fact]
    public void Is_told_that_there_is_no_such_model()
    {
        Assert.Equal(("NotFoundError", 404), Error("unknownModel"));
        Assert.Equal("model_not_found", Text(sdk["unknownModel"], "code"));
    }

    [Fact]
    public void Is_told_that_the_money_is_gone() => Assert.Equal(("APIError", 402), Error("unpaid"));

    private (string Name, int Status) Error(string name) =>
        (Text(sdk[name], "error"), sdk[name]["status"]!.GetValue<int>());

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();

    private static (int Input, int Output) Usage(JsonNode node) =>
        (node["usage"]!["prompt_tokens"]!.GetValue<int>(), node["usage"]!["completion_tokens"]!.GetValue<int>());
}

/// <summary>One run of openai.mjs.</summary>
public sealed class OpenAiSdk() : SdkRun("openai", "openai", "/v1");

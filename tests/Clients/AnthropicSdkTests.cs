using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Clients;

/// <summary>What the official SDK makes of the gateway; it runs once, each test looks at one case.</summary>
public sealed class AnthropicSdkTests(AnthropicSdk sdk) : IClassFixture<AnthropicSdk>
{
    [Fact]
    public void Lists_the_models()
    {
        Assert.Contains(sdk.Model, sdk["models"]["ids"]!.AsArray().Select(static one => one!.GetValue<string>()));
        Assert.False(sdk["models"]["hasMore"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("unary")]
    [InlineData("stream")]
    public void Gets_a_message(string name)
    {
        Assert.Equal(
            ("message", "assistant", "end_turn"),
            (sdk.Text(name, "type"), sdk.Text(name, "role"), sdk.Text(name, "finish")));
        Assert.NotEmpty(sdk.Text(name, "text"));
        Assert.Equal(sdk.Text("unary", "text"), sdk.Text(name, "text"));
        Assert.Equal((12, 4), Usage(sdk[name]));
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("streamedTools")]
    public void Is_called_back_for_tools(string name)
    {
        Assert.Equal("tool_use", sdk.Text(name, "finish"));
        var call = Assert.Single(sdk[name]["calls"]!.AsArray())!;
        Assert.Equal("weather", call["name"]!.GetValue<string>());
        Assert.Equal("上海 Shanghai", call["input"]!["city"]!.GetValue<string>());
    }

    [Fact]
    public void Counts_tokens() => Assert.Equal(12, sdk["count"]["tokens"]!.GetValue<int>());

    [Fact]
    public void Is_told_that_a_stream_broke_off()
    {
        Assert.Equal("APIError", sdk.Text("broken", "error"));
        Assert.Equal("api_error", sdk.Text("broken", "type"));
    }

    [Theory]
    [InlineData("badKey", "AuthenticationError", 401, "authentication_error")]
    [InlineData("unknownModel", "NotFoundError", 404, "not_found_error")]
    [InlineData("unpaid", "PaymentRequiredError", 402, "billing_error")]
    public void Is_told_what_is_wrong(string name, string error, int status, string type) => Assert.Equal(
        (error, status, type),
        (sdk.Text(name, "error"), sdk[name]["status"]!.GetValue<int>(), sdk.Text(name, "type")));

    private static (int Input, int Output) Usage(JsonNode node) =>
        (node["usage"]!["input_tokens"]!.GetValue<int>(), node["usage"]!["output_tokens"]!.GetValue<int>());
}

/// <summary>One run of anthropic.mjs.</summary>
public sealed class AnthropicSdk() : SdkRun("anthropic", "anthropic", "/");

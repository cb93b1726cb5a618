using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Clients;

/// <summary>What the official SDK makes of the gateway; it runs once, each test looks at one case.</summary>
public sealed class GeminiSdkTests(GeminiSdk sdk) : IClassFixture<GeminiSdk>
{
    [Fact]
    public void Lists_the_models() => Assert.Contains(
        "models/" + sdk.Model, sdk["models"]["names"]!.AsArray().Select(static one => one!.GetValue<string>()));

    [Theory]
    [InlineData("unary")]
    [InlineData("stable")]
    [InlineData("stream")]
    public void Gets_contents(string name)
    {
        Assert.Equal("STOP", sdk.Text(name, "finish"));
        Assert.NotEmpty(sdk.Text(name, "text"));
        Assert.Equal(sdk.Text("unary", "text"), sdk.Text(name, "text"));
        Assert.Equal((12, 4), Usage(sdk[name]));
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("streamedTools")]
    public void Is_called_back_for_tools(string name)
    {
        var call = Assert.Single(sdk[name]["calls"]!.AsArray())!;
        Assert.Equal("weather", call["name"]!.GetValue<string>());
        Assert.Equal("上海 Shanghai", call["input"]!["city"]!.GetValue<string>());
    }

    [Fact]
    public void Counts_tokens() => Assert.Equal(12, sdk["count"]["tokens"]!.GetValue<int>());

    [Fact]
    public void Is_told_that_a_stream_broke_off()
    {
        Assert.Equal("ApiError", sdk.Text("broken", "error"));
        Assert.Contains("broke off", sdk.Text("broken", "message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("badKey", 401, "UNAUTHENTICATED")]
    [InlineData("unknownModel", 404, "NOT_FOUND")]
    [InlineData("unpaid", 402, "PERMISSION_DENIED")]
    public void Is_told_what_is_wrong(string name, int status, string code)
    {
        Assert.Equal(("ApiError", status), (sdk.Text(name, "error"), sdk[name]["status"]!.GetValue<int>()));
        Assert.Contains(code, sdk.Text(name, "message"), StringComparison.Ordinal);
    }

    private static (int Input, int Output) Usage(JsonNode node) => (
        node["usage"]!["promptTokenCount"]!.GetValue<int>(), node["usage"]!["candidatesTokenCount"]!.GetValue<int>());
}

/// <summary>One run of gemini.mjs.</summary>
public sealed class GeminiSdk() : SdkRun("gemini", "gemini", "/");

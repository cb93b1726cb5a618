using System.Text;
using System.Text.Json;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>The provider may call a model otherwise: the name is replaced, and not another byte.</summary>
public sealed class ModelsGoByTheProvidersName
{
    private const string Ours = "vendor/our-name.1";

    private static readonly string[] Theirs =
        ["t", "gpt-4o-mini-2024-07-18", "a \"quoted\" \\ 名前 🌍", new string('x', 300)];

    [Theory]
    [InlineData("chat")]
    [InlineData("messages")]
    [InlineData("content")]
    [InlineData("prefixed")]
    public void And_every_other_byte_stays(string kind)
    {
        var protocol = kind switch
        {
            "chat" => OpenAi.Chat,
            "messages" => Anthropic.Messages,
            _ => Gemini.Generate,
        };
        var random = new Random(kind.Length);
        for (var turn = 0; turn < 3000; turn++)
        {
            var body = AnyBody(random, kind == "prefixed" ? "models/" + Ours : Ours);
            var refusal = CallRequest.Read(
                protocol, Encoding.UTF8.GetBytes(body), protocol is Gemini ? Ours : null, out var request);
            Assert.True(refusal is null, $"{body}: {refusal?.Message}");
            var theirs = Theirs[random.Next(Theirs.Length)];
            Assert.Equal(
                Sent.Text(request).Replace(Ours, JsonEncodedText.Encode(theirs).ToString(), StringComparison.Ordinal),
                Sent.Text(request, theirs));
        }
    }

    [Fact]
    public void However_the_caller_escapes_it()
    {
        const string Body = """{"mod\u0065l":"\u0076endor\/our-name.1","stream":true,"x":"vendor/our-name.1"}""";
        Assert.Null(CallRequest.Read(OpenAi.Chat, Encoding.UTF8.GetBytes(Body), null, out var request));
        Assert.Equal(Ours, request.Model);
        Assert.Equal(
            """{"stream_options":{"include_usage":true},"mod\u0065l":"t","stream":true,"x":"vendor/our-name.1"}""",
            Sent.Text(request, "t"));
    }

    [Fact]
    public void And_in_the_path_of_those_who_have_it_there()
    {
        Assert.Equal("models/a%2Fb%3Fc:generateContent", Gemini.Generate.UpstreamPath("a/b?c"));
        Assert.Equal("chat/completions", OpenAi.Chat.UpstreamPath("a/b?c"));
    }

    private static string AnyBody(Random random, string model)
    {
        var members = new List<string> { $"\"model\"{Pick(["", " "])}:{Pick(["", "\n"])}\"{model}\"" };
        if (random.Next(2) > 0) members.Add("\"stream\":true");
        if (random.Next(3) == 0) members.Add("\"stream_options\": {\"include_usage\" : false}");
        if (random.Next(2) > 0) members.Add("\"a\": [{\"model\": \"another\"}, \"世界 \\u4e16 🌍\", 1.50e+3]");
        if (random.Next(2) > 0) members.Add("\"b\" :{\"model\":null}");
        var order = members.ToArray();
        random.Shuffle(order);
        return $"{Pick(["", " ", "\r\n"])}{{{string.Join(Pick([",", " ,\n"]), order)}}}{Pick(["", "\n"])}";

        string Pick(string[] from) => from[random.Next(from.Length)];
    }
}

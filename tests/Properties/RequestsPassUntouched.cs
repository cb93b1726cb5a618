using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// Whatever the protocol, a request goes out byte for byte as it came in, known members and unknown ones. The one
/// exception, usage that a stream must be asked for, has its own tests: ChatRequestsPassUntouched.
/// </summary>
public sealed class RequestsPassUntouched
{
    private static readonly IReadOnlyDictionary<string, Protocol> Protocols = new Dictionary<string, Protocol>
    {
        ["responses"] = OpenAi.Responses,
        ["embeddings"] = OpenAi.Embeddings,
        ["messages"] = Anthropic.Messages,
        ["message tokens"] = Anthropic.CountTokens,
        ["content"] = Gemini.Generate,
        ["content events"] = Gemini.StreamEvents,
        ["content array"] = Gemini.StreamArray,
        ["content tokens"] = Gemini.CountTokens,
    };

    public static TheoryData<string> Names => [.. Protocols.Keys];

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public void Every_byte(string name)
    {
        var protocol = Protocols[name];
        var isInPath = protocol is Gemini;
        var random = new Random(name.Length);
        for (var turn = 0; turn < 5000; turn++)
        {
            var body = AnyBody(random, isInPath);
            var refusal = CallRequest.Read(
                protocol, Encoding.UTF8.GetBytes(body), isInPath ? "m" : null, out var request);
            Assert.True(refusal is null, $"{body}: {refusal?.Message}");
            Assert.Equal(body, Sent.Text(request));
            Assert.Equal("m", request.Model);
        }
    }

    [Theory]
    [InlineData("messages", """{"model":"m","max_tokens":5,"max_tokens":500}""")]
    [InlineData("messages", """{"model":"m","model":"n"}""")]
    [InlineData("content", """{"generationConfig":{"maxOutputTokens":1,"maxOutputTokens":9}}""")]
    [InlineData("content", """{"model":"models/another"}""")]
    [InlineData("content", """{"generationConfig":[]}""")]
    [InlineData("content", """{"generationConfig":{"candidateCount":0}}""")]
    [InlineData("content", """{"generationConfig":{"candidateCount":129}}""")]
    [InlineData("responses", """{"model":"m","background":true}""")]
    [InlineData("responses", """{"model":"m","max_output_tokens":"5"}""")]
    [InlineData("embeddings", """{"model":""}""")]
    [InlineData("content tokens", "null")]
    public void What_could_be_billed_as_something_else_is_refused(string name, string body)
    {
        var protocol = Protocols[name];
        var model = protocol is Gemini ? "m" : null;
        Assert.Equal(400, CallRequest.Read(protocol, Encoding.UTF8.GetBytes(body), model, out _)?.Status);
    }

    [Theory]
    [InlineData("messages", """{"model":"m","max_tokens":7}""", 7)]
    [InlineData("messages", """{"model":"m","max_tokens":0}""", 0)]
    [InlineData("responses", """{"model":"m","max_output_tokens":7,"background":false}""", 7)]
    [InlineData("responses", """{"model":"m","max_output_tokens":null}""", 4096)]
    [InlineData("embeddings", """{"model":"m","max_tokens":7}""", 0)]
    [InlineData("content", "{}", 4096)]
    [InlineData("content", """{"generationConfig":null,"model":"models/m"}""", 4096)]
    [InlineData("content", """{"generationConfig":{"maxOutputTokens":7,"candidateCount":3}}""", 21)]
    [InlineData("content", """{"generation_config":{"max_output_tokens":7,"candidate_count":3}}""", 21)]
    [InlineData("content", """{"contents":[{"generationConfig":{"maxOutputTokens":7}}]}""", 4096)]
    [InlineData("content tokens", """{"generationConfig":{"maxOutputTokens":7}}""", 0)]
    public void The_most_that_can_come_back_is_known(string name, string body, long tokens)
    {
        var protocol = Protocols[name];
        var model = protocol is Gemini ? "m" : null;
        Assert.Null(CallRequest.Read(protocol, Encoding.UTF8.GetBytes(body), model, out var request));
        Assert.Equal(tokens, request.OutputTokensLimit);
    }

    private static string AnyBody(Random random, bool isInPath)
    {
        var members = new List<string>();
        if (!isInPath) members.Add("\"model\" : \"m\"");
        if (random.Next(2) > 0) members.Add($"\"stream\":{(isInPath ? "\"x\"" : "true")}");
        if (random.Next(2) > 0) members.Add("\"stream_options\": {\"include_usage\": false}");
        if (random.Next(2) > 0) members.Add("\"generationConfig\": {\"temperature\": 1.0}");
        for (var more = 'a' + random.Next(4); more > 'a'; more--)
            members.Add($"\"{(char)more}\"{Pick(["", " ", "\n\t"])}:{Value(3)}");
        var order = members.ToArray();
        random.Shuffle(order);
        return $"{Pick(["", " ", "\r\n"])}{{{string.Join(Pick([",", " ,\n"]), order)}}}{Pick(["", "\n"])}";

        string Pick(string[] from) => from[random.Next(from.Length)];

        string Value(int depth) => random.Next(depth > 0 ? 7 : 5) switch
        {
            0 => "1.50e+3",
            1 => "\"}{\\\"model\\\":\\\"n\\\",\"",
            2 => "\"世界\\u4e16 🌍\"",
            3 => "null",
            4 => "\"max_tokens\"",
            5 => $"[{Value(depth - 1)} , {Value(depth - 1)}]",
            _ => $"{{\"model\":{Value(depth - 1)}}}",
        };
    }
}

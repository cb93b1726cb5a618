using System.Text;
using System.Text.Json;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>A stream is asked to report its usage; not another byte of a request changes.</summary>
public sealed class ChatRequestsPassUntouched
{
    private const string Asked = "\"stream_options\":{\"include_usage\":true}";

    [Theory]
    [InlineData("""{"model":"m","stream":true}""", "{" + Asked + ",\"model\":\"m\",\"stream\":true}")]
    [InlineData(""" { "model": "m", "stream": true }""", " {" + Asked + """, "model": "m", "stream": true }""")]
    [InlineData(
        """{"stream_options":null,"model":"m","stream":true}""",
        """{"stream_options":{"include_usage":true},"model":"m","stream":true}""")]
    [InlineData(
        """{"model":"m","stream":true,"stream_options":{}}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData(
        """{"model":"m","stream":true,"stream_options": { } }""",
        """{"model":"m","stream":true,"stream_options": {"include_usage":true } }""")]
    [InlineData(
        """{"model":"m","stream":true,"stream_options":{"include_usage": false}}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage": true}}""")]
    [InlineData(
        """{"model":"m","stream":true,"stream_options":{"include_usage":null,"a":[1,{}]}}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true,"a":[1,{}]}}""")]
    [InlineData(
        """{"model":"m","stream":true,"stream_options":{"a":{"include_usage":true},"b":[1]}}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true,"a":{"include_usage":true},"b":[1]}}""")]
    [InlineData(
        """{"model":"m","str\u0065am":true,"stream\u005foptions":{"incl\u0075de_usage":false}}""",
        """{"model":"m","str\u0065am":true,"stream\u005foptions":{"incl\u0075de_usage":true}}""")]
    public void Usage_is_asked_for(string body, string outgoing)
    {
        var request = Accepted(body);
        Assert.Equal(outgoing, Sent.Text(request));
        Assert.True(request.Stream);
        Assert.False(request.WantsUsage);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", false)]
    [InlineData("""{"model":"m","stream":false,"stream_options":{"include_usage":false}}""", false)]
    [InlineData("""{"model":"m","stream":null}""", false)]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", true)]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"a":1,"include_usage" : true , "b":2}}""", true)]
    [InlineData("""{"model":"m","messages":[{"stream":true,"model":"n","stream_options":{}}]}""", false)]
    public void What_needs_no_change_has_none(string body, bool wantsUsage)
    {
        var request = Accepted(body);
        Assert.Equal(body, Sent.Text(request));
        Assert.Equal(wantsUsage, request.WantsUsage);
        Assert.Equal("m", request.Model);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Other_members_keep_every_byte(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < 2000; turn++)
        {
            var body = AnyBody(random);
            var request = Accepted(body);
            using var before = JsonDocument.Parse(body);
            using var after = JsonDocument.Parse(Sent.Text(request));
            Assert.Equal(Others(before), Others(after));
            if (!request.Stream) Assert.Equal(body, Sent.Text(request));
            else Assert.True(after.RootElement.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        }
    }

    [Theory]
    [InlineData("""{"model":"m","model":"n"}""")]
    [InlineData("""{"model":"m","mod\u0065l":"n"}""")]
    [InlineData("""{"model":"m","stream":true,"stream":false}""")]
    [InlineData("""{"model":"m","n":1,"n":2}""")]
    [InlineData("""{"model":"m","max_tokens":1,"max_tokens":1}""")]
    [InlineData("""{"model":"m","max_completion_tokens":1,"max_completion_tokens":2}""")]
    [InlineData("""{"model":"m","stream":true,"stream_options":{},"stream_options":{}}""")]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage":false,"include_usage":true}}""")]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_us\u0061ge":false}}""")]
    public void What_is_said_twice_is_refused(string body) =>
        Assert.EndsWith("may be given once only.", Refused(body).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("model", "1")]
    [InlineData("model", "null")]
    [InlineData("model", "[\"m\"]")]
    [InlineData("stream", "\"true\"")]
    [InlineData("stream", "1")]
    [InlineData("n", "0")]
    [InlineData("n", "1.5")]
    [InlineData("n", "129")]
    [InlineData("n", "\"2\"")]
    [InlineData("max_tokens", "0")]
    [InlineData("max_tokens", "-1")]
    [InlineData("max_tokens", "99999999999999999999")]
    [InlineData("max_tokens", "\"10\"")]
    [InlineData("max_completion_tokens", "{}")]
    [InlineData("stream_options", "true")]
    [InlineData("stream_options", "[]")]
    public void What_has_the_wrong_type_is_named(string field, string value)
    {
        var model = field == "model" ? "" : "\"model\":\"m\",";
        Assert.Equal(field, Refused($"{{{model}\"{field}\":{value}}}").Field);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"true\"")]
    [InlineData("{\"a\":1}")]
    [InlineData("[true]")]
    public void A_flag_is_true_or_false(string flag) => Assert.Equal(
        "stream_options",
        Refused($"{{\"model\":\"m\",\"stream\":true,\"stream_options\":{{\"include_usage\":{flag}}}}}").Field);

    [Theory]
    [InlineData("""{"model":"m"}""", 4096)]
    [InlineData("""{"model":"m","max_tokens":null,"n":null}""", 4096)]
    [InlineData("""{"model":"m","max_tokens":5}""", 5)]
    [InlineData("""{"model":"m","max_tokens":5,"max_completion_tokens":7}""", 7)]
    [InlineData("""{"model":"m","max_completion_tokens":7,"n":3}""", 21)]
    [InlineData("""{"model":"m","max_tokens":9000000000}""", 1_000_000)]
    public void The_most_that_can_come_back_is_known(string body, long tokens) =>
        Assert.Equal(tokens, Accepted(body).OutputTokensLimit);

    [Theory]
    [InlineData("""{"model":"m"}""", 4)]
    [InlineData("""{"model":"mmmmm"}""", 5)]
    [InlineData("""{"model":"世"}""", 4)]
    public void Input_is_counted_by_the_published_rule(string body, long tokens) =>
        Assert.Equal(tokens, Accepted(body).CountedInputTokens);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"model\"")]
    [InlineData("{}")]
    [InlineData("""{"model":""}""")]
    [InlineData("""{"model":"m"}{}""")]
    [InlineData("""{"model":"m"} x""")]
    [InlineData("""{"model":"m",}""")]
    [InlineData("""{"model":"m"/* c */}""")]
    [InlineData("""{'model':'m'}""")]
    [InlineData("""{"model":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"model":"m"}""")]
    [InlineData("\ufeff{\"model\":\"m\"}")]
    public void Garbage_is_refused(string body) => Refused(body);

    [Fact]
    public void Half_a_body_is_refused_wherever_it_ends()
    {
        const string Body =
            """{"model":"mé","n":12,"stream":true,"stream_options":{"include_usage":false},"x":[{"y":"\u00e9"}]}""";
        var whole = Encoding.UTF8.GetBytes(Body);
        for (var length = 0; length < whole.Length; length++)
            Assert.Equal(400, CallRequest.Read(OpenAi.Chat, whole.AsMemory(0, length), null, out _)?.Status);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(200, false)]
    [InlineData(1_000_000, false)]
    public void Nesting_has_a_bottom(int depth, bool isAccepted)
    {
        var body = $"{{\"model\":\"m\",\"x\":{new string('[', depth)}{new string(']', depth)}}}";
        Assert.Equal(isAccepted, CallRequest.Read(OpenAi.Chat, Encoding.UTF8.GetBytes(body), null, out _) is null);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_accepted_goes_out_as_json(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < 20_000; turn++)
        {
            var body = Encoding.UTF8.GetBytes(AnyBody(random));
            for (var change = random.Next(1, 4); change > 0; change--)
                body[random.Next(body.Length)] = (byte)"\"\\{}[]:,0tn \u0000é"[random.Next(14)];
            if (CallRequest.Read(OpenAi.Chat, body, null, out var request) is null)
                JsonDocument.Parse(Sent.Text(request)).Dispose();
        }
    }

    private static string AnyBody(Random random)
    {
        string[] streams = ["true", "true", "false", "null"];
        string[] options =
        [
            "null", "{}", "{ }", """{"include_usage":false}""", """{"b":[{}]}""",
            """{"a" : "é", "include_usage":true}""",
        ];
        var members = new List<string> { $"\"model\":\"m{random.Next(10)}\"" };
        if (random.Next(4) > 0) members.Add($"\"stream\" :{Pick(streams)}");
        if (random.Next(2) > 0) members.Add($"\"stream_options\": {Pick(options)}");
        for (var more = 'a' + random.Next(4); more > 'a'; more--)
            members.Add($"\"{(char)more}\"{Pick(["", " ", "\n\t"])}:{Value(random, 3)}");
        var order = members.ToArray();
        random.Shuffle(order);
        var inside = Pick(["", " "]) + string.Join(Pick([",", " ,\n"]), order);
        return $"{Pick(["", " ", "\r\n"])}{{{inside}}}{Pick(["", "\n"])}";

        string Pick(string[] from) => from[random.Next(from.Length)];
    }

    private static string Value(Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => "1.50e+3",
        1 => "\"}{\\\"stream\\\":true,\"",
        2 => "\"世界\\u4e16 🌍\"",
        3 => "false",
        4 => "\"include_usage\"",
        5 => $"[{Value(random, depth - 1)} , {Value(random, depth - 1)}]",
        _ => $"{{\"stream_options\":{Value(random, depth - 1)}}}",
    };

    private static IEnumerable<string> Others(JsonDocument document) => document.RootElement.EnumerateObject()
        .Where(static member => member.Name != "stream_options")
        .Select(static member => $"{member.Name}:{member.Value.GetRawText()}");

    private static CallRequest Accepted(string body)
    {
        var refusal = CallRequest.Read(OpenAi.Chat, Encoding.UTF8.GetBytes(body), null, out var request);
        Assert.True(refusal is null, $"{body}: {refusal?.Message}");
        return request;
    }

    private static Features.Shared.Refusal Refused(string body)
    {
        var refusal = CallRequest.Read(OpenAi.Chat, Encoding.UTF8.GetBytes(body), null, out _);
        Assert.Equal(400, refusal?.Status);
        return refusal!;
    }
}

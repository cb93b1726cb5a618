using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>An error in the midst of an answer passes, unless it tells of the supplier's account.</summary>
public sealed class ErrorsDoNotTellOfAccounts
{
    private const string Credential = "sk-proj-abcdefghijklmnop";
    private const string Ours = "account was refused by the provider.";

    [Theory]
    [InlineData("Incorrect API key provided: sk-proj-abcdefghijklmnop.", true)]
    [InlineData("Incorrect API key provided: sk-pr*************mnop.", true)]
    [InlineData("The key ending in klmnop is disabled.", true)]
    [InlineData("The key ending in \\u006blm\\u006eop is disabled.", true)]
    [InlineData("Your credit balance is too low to access the API.", true)]
    [InlineData("The server is overloaded.", false)]
    [InlineData("An sk- key is needed.", false)]
    public async Task Whatever_the_protocol(string message, bool isTold)
    {
        foreach (var (protocol, error) in ((Protocol, string)[])
            [
                (OpenAi.Chat, "data: {\"error\":{\"message\":\"@\",\"code\":null}}\n\n"),
                (OpenAi.Responses, "event: error\ndata: {\"type\":\"error\",\"code\":\"x\",\"message\":\"@\"}\n\n"),
                (OpenAi.Responses,
                    "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"message\":\"@\"}}}\n\n"),
                (Anthropic.Messages, "event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"@\"}}\n\n"),
                (Gemini.StreamEvents, "data: {\"error\":{\"code\":401,\"message\":\"@\"}}\r\n\r\n"),
                (Gemini.StreamArray, ",\r\n{\"error\":{\"code\":401,\"message\":\"@\"}}\n]"),
            ])
        {
            foreach (var isCut in (bool[])[false, true])
            {
                var piece = error.Replace("@", message, StringComparison.Ordinal);
                var before = protocol.IsArray ? "[{\"candidates\":[]}" : ": a comment\n\n";
                var request = protocol is Gemini ? "{}" : """{"model":"m","stream":true}""";
                using var call = new RelayedCall(
                    protocol, protocol.IsArray ? "application/json" : "text/event-stream", request);
                call.Exchange.Credential = Credential;
                var whole = Encoding.UTF8.GetBytes(before + piece);
                await call.RunAsync(isCut ? [.. whole.Chunk(7)] : [whole]);

                Assert.True(call.Exchange.Meter.SawError);
                if (!isTold) Assert.Equal(before + piece, call.Shown);
                if (!isTold) continue;
                Assert.Contains(Ours, call.Shown, StringComparison.Ordinal);
                Assert.DoesNotContain(message, call.Shown, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Nor_does_an_answer_that_is_one()
    {
        using var call = new RelayedCall(OpenAi.Chat, "application/json", """{"model":"m"}""");
        call.Exchange.Credential = Credential;
        Assert.Equal(
            Ending.UpstreamFailedBeforeFirstByte,
            await call.RunAsync(Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + Credential + "\"}}")));
        Assert.Equal("", call.Shown);
        Assert.True(call.Exchange.MayTryAnother);
    }

    [Fact]
    public async Task But_a_model_may_say_what_it_likes()
    {
        const string Said = "data: {\"choices\":[{\"delta\":{\"content\":\"*** credit balance is too low\"}}]}\n\n";
        using var call = new RelayedCall(OpenAi.Chat, "text/event-stream", """{"model":"m","stream":true}""");
        call.Exchange.Credential = Credential;
        Assert.Equal(Ending.Completed, await call.RunAsync(Encoding.UTF8.GetBytes(Said)));
        Assert.Equal(Said, call.Shown);
    }
}

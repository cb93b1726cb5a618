using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>Whoever wants an answer kept gets what the client is shown, also when nobody waits for it.</summary>
public sealed class AnswersAreKept
{
    private const string Request = """{"model":"m","stream":true}""";
    private const string Hello = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    private const string Usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task To_the_last_byte(bool leaves)
    {
        using var call = Call("text/event-stream");
        if (leaves) call.Leave();
        Assert.Equal(Ending.Completed, await call.RunAsync(Bytes(Hello), Bytes(Hello + Usage), Bytes(Done)));
        Assert.Equal(leaves ? "" : Hello + Hello + Done, call.Shown);
        Assert.Equal((200, "text/event-stream", Hello + Hello + Done), Kept(call));
        Assert.Equal(2, call.Exchange.Meter.Reported?.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_one_piece(bool leaves)
    {
        const string Whole = """{"choices":[{"message":{"content":"Hello"}}]}""";
        using var call = Call("application/json");
        if (leaves) call.Leave();
        Assert.Equal(Ending.Completed, await call.RunAsync(Bytes(Whole[..9]), Bytes(Whole[9..])));
        Assert.Equal((200, "application/json", Whole), Kept(call));
    }

    [Fact]
    public async Task But_for_one_that_is_too_long()
    {
        var chunk = Bytes($"data: {new string('a', 60_000)}\n\n");
        using var call = Call("text/event-stream");
        Assert.Equal(Ending.Completed, await call.RunAsync([.. Enumerable.Repeat(chunk, 20)]));
        Assert.True(call.Exchange.Kept!.Overflowed);
        Assert.Equal(0, call.Exchange.Kept.Bytes.Length);
        Assert.Equal(20 * chunk.Length, call.Shown.Length);
    }

    [Fact]
    public async Task And_who_does_not_stay_on_ends_with_the_client()
    {
        using var call = Call("text/event-stream");
        call.Exchange.StaysOn = false;
        call.Leave();
        Assert.Equal(Ending.ClientLeft, await call.RunAsync(Bytes(Hello), Bytes(Hello)));
    }

    private static RelayedCall Call(string type)
    {
        var call = new RelayedCall(OpenAi.Chat, type, Request);
        call.Exchange.StaysOn = true;
        call.Exchange.Kept = new KeptAnswer();
        return call;
    }

    private static (int Status, string Type, string Text) Kept(RelayedCall call)
    {
        var kept = call.Exchange.Kept!;
        Assert.False(kept.Overflowed);
        return (kept.Status, kept.ContentType, Encoding.UTF8.GetString(kept.Bytes.Span));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

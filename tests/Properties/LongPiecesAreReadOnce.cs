using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>A piece of many reads is searched for its end once, not from its beginning at every read.</summary>
public sealed class LongPiecesAreReadOnce
{
    private const int Length = 1024 * 1024;
    private const int PerRead = 1000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Byte_for_byte(bool isArray)
    {
        var text = string.Concat(Enumerable.Repeat("世\\n a{", Length / 9));
        var json = $"{{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}";
        var whole = Encoding.UTF8.GetBytes(isArray ? $"[{json}" : $"data: {json}\n\n");
        using var call = new RelayedCall(
            isArray ? Gemini.StreamArray : OpenAi.Chat, "text/event-stream", """{"model":"m","stream":true}""");
        call.Exchange.Framing = isArray ? Framing.Elements : Framing.Events;
        var shown = 0;
        foreach (var read in whole.Chunk(PerRead))
        {
            Assert.Equal(0, shown);
            shown = call.Take(read);
        }

        Assert.Equal(whole.Length, shown);
        Assert.InRange(call.Exchange.Pieces.Scanned, 1, whole.Length);
    }

    [Fact]
    public async Task And_passes_as_it_came()
    {
        var text = string.Concat(Enumerable.Repeat("世\\n a{", Length / 9));
        var whole = Encoding.UTF8.GetBytes(
            $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\ndata: [DONE]\n\n");
        using var call = new RelayedCall(OpenAi.Chat, "text/event-stream", """{"model":"m","stream":true}""");
        Assert.Equal(Ending.Completed, await call.RunAsync([.. whole.Chunk(PerRead)]));
        Assert.Equal(Encoding.UTF8.GetString(whole), call.Shown);
    }
}

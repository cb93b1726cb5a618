using System.Text;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>A response's head, and that none is taken of which two readers could say different things.</summary>
public sealed class HeadsAreRead
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nA: b\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\n\r\n")]
    public void It_ends_with_an_empty_line_wherever_it_is_cut(string head)
    {
        var bytes = Encoding.ASCII.GetBytes(head + "the body\r\n\r\n");
        for (var step = 1; step < bytes.Length; step++)
        {
            var (scanned, end) = (0, 0);
            for (var length = step; end == 0; length = Math.Min(bytes.Length, length + step))
            {
                end = ResponseHead.EndOf(bytes.AsSpan(0, length), ref scanned);
                Assert.True(end > 0 || length < head.Length, $"not found with {length} bytes");
            }

            Assert.Equal(head.Length, end);
        }
    }

    [Fact]
    public void It_tells_what_a_gateway_must_know()
    {
        var head = Read(
            "HTTP/1.1 429 Too Many\r\nserver: x\r\nCONTENT-type: \t a/b; c=d \r\nContent-Length: 0012\r\n"
            + "Retry-After:7\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\n\r\n");
        Assert.Equal(429, head.Status);
        Assert.Equal(12, head.Length);
        Assert.False(head.IsChunked);
        Assert.True(head.IsKept);
        Assert.Equal("a/b; c=d", Encoding.ASCII.GetString(head.Type));
        Assert.Equal("7", Encoding.ASCII.GetString(head.RetryAfter));
        Assert.Equal("Sat, 21 Nov 2026 00:00:00 GMT", Encoding.ASCII.GetString(head.Date));
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\n\r\n", true, false, -1)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", true, true, -1)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 3\r\n\r\n", false, false, 3)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", false, false, 3)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", true, false, 3)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", false, true, -1)]
    public void It_tells_where_the_body_ends(string text, bool isKept, bool isChunked, long length)
    {
        var head = Read(text);
        Assert.Equal((isKept, isChunked, length), (head.IsKept, head.IsChunked, head.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/2 200 OK\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n")]
    [InlineData("HTTP/1.1 600 OK\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n")]
    [InlineData("http/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: nameless\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 3\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +3\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    public void What_is_not_sure_is_none(string text) =>
        Assert.False(ResponseHead.TryRead(Encoding.ASCII.GetBytes(text + "\r\n"), out _));

    private static ResponseHead Read(string text)
    {
        Assert.True(ResponseHead.TryRead(Encoding.ASCII.GetBytes(text), out var head));
        return head;
    }
}

using System.Text;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>A body in chunks is the same body, wherever the network cuts it (RFC 9112 §7.1).</summary>
public sealed class ChunksAreRead
{
    private const string Plain = "Hello, world";

    [Theory]
    [InlineData("5\r\nHello\r\n7\r\n, world\r\n0\r\n\r\n")]
    [InlineData("c\r\nHello, world\r\n0\r\n\r\n")]
    [InlineData("00C\r\nHello, world\r\n000\r\n\r\n")]
    [InlineData("5;name=value\r\nHello\r\n7 ; a=\"b\"\r\n, world\r\n0;last\r\n\r\n")]
    [InlineData("5\r\nHello\r\n7\r\n, world\r\n0\r\nExpires: never\r\nA: b\r\n\r\n")]
    [InlineData("5\nHello\n7\n, world\n0\n\n")]
    public void Wherever_it_is_cut(string framed)
    {
        var bytes = Encoding.ASCII.GetBytes(framed);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var body = default(ChunkedBody);
                var read = Read(ref body, bytes[..first]) + Read(ref body, bytes[first..second])
                    + Read(ref body, bytes[second..]);
                Assert.Equal(Plain, read);
                Assert.True(body.IsEnded);
            }
        }
    }

    [Fact]
    public void And_no_further_than_its_end()
    {
        var body = default(ChunkedBody);
        var bytes = "2\r\nab\r\n0\r\n\r\nHTTP/1.1 200 OK"u8.ToArray();
        Assert.Equal(2, body.Read(bytes, out var used));
        Assert.Equal("2\r\nab\r\n0\r\n\r\n".Length, used);
        Assert.Equal(0, body.Read(bytes, out used));
        Assert.Equal(0, used);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData(";x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("0x5\r\n")]
    [InlineData("5 Hello")]
    [InlineData("5\rHello")]
    [InlineData("5\r\nHello7\r\n")]
    [InlineData("5\r\nHello\r7\r\n")]
    [InlineData("5\r\nHello\r\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("fffffffffffffffff\r\n")]
    [InlineData("0\r\n\rx")]
    public void What_is_none_is_refused(string framed)
    {
        var bytes = Encoding.ASCII.GetBytes(framed);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var body = default(ChunkedBody);
            var isRefused = body.Read(bytes.AsSpan(0, cut), out _) < 0 || body.Read(bytes.AsSpan(cut), out _) < 0;
            // "5 Hello" is the beginning of an endless extension: refused by its length only.
            if (framed.Contains(' ', StringComparison.Ordinal)) isRefused |= body.Read(new byte[5000], out _) < 0;
            Assert.True(isRefused, $"cut at {cut}");
        }
    }

    [Theory]
    [InlineData("5;")]
    [InlineData("0\r\nName: ")]
    public void What_does_not_end_is_refused(string framed)
    {
        var body = default(ChunkedBody);
        Assert.Equal(0, body.Read(Encoding.ASCII.GetBytes(framed), out _));
        var rest = new byte[64 * 1024];
        rest.AsSpan().Fill((byte)'x');
        Assert.Equal(-1, body.Read(rest, out _));
    }

    private static string Read(ref ChunkedBody body, byte[] bytes)
    {
        var length = body.Read(bytes, out _);
        Assert.True(length >= 0);
        return Encoding.ASCII.GetString(bytes, 0, length);
    }
}

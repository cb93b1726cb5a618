using System.Text;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>
/// A connection to a provider serves one request after another while it is sure where each answer ends, and never
/// gives the one caller what was meant for another.
/// </summary>
public sealed class ConnectionsServeAgain
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData(Ok)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Ok)]
    public async Task One_for_all(string answer)
    {
        await using var provider = new ScriptedProvider(line => line.RepeatAsync(answer));
        for (var call = 0; call < 3; call++) Assert.Equal((200, "ok"), await provider.AskAsync());
        Assert.Equal(1, provider.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n")]
    public async Task But_not_when_its_end_is_not_sure(string answer)
    {
        await using var provider = new ScriptedProvider(line => line.RepeatAsync(answer));
        for (var call = 0; call < 3; call++) Assert.Equal((200, "ok"), await provider.AskAsync());
        Assert.Equal(3, provider.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nok", 200)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204)]
    public async Task What_has_no_length_ends_with_the_connection(string answer, int status)
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            await line.SayAsync(answer);
        });
        Assert.Equal((status, status == 200 ? "ok" : ""), await provider.AskAsync());
    }

    [Fact]
    public async Task One_that_was_closed_while_it_rested_is_replaced()
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            await line.SayAsync(Ok);
            // The second request of the first connection is heard, and not answered.
            if (line.Number == 1) await line.HearAsync();
            else await line.RepeatAsync(Ok);
        });
        Assert.Equal((200, "ok"), await provider.AskAsync());
        Assert.Equal((200, "ok"), await provider.AskAsync());
        Assert.Equal(2, provider.Accepted);
    }

    [Fact]
    public async Task But_no_request_goes_out_a_third_time()
    {
        var heard = 0;
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            Interlocked.Increment(ref heard);
            if (line.Number > 1) return;
            await line.SayAsync(Ok);
            await line.HearAsync();
            Interlocked.Increment(ref heard);
        });
        Assert.Equal((200, "ok"), await provider.AskAsync());
        await Assert.ThrowsAsync<HttpRequestException>(provider.AskAsync);
        Assert.Equal((3, 2), (heard, provider.Accepted));
    }

    [Theory]
    [InlineData("HTTP/1.1 2")]
    [InlineData("SSH-2.0-x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok")]
    public async Task Nor_one_that_was_answered_with_nonsense(string answer)
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            if (line.Number == 1) await line.HearAsync();
            if (line.Number == 1) await line.SayAsync(Ok);
            await line.HearAsync();
            await line.SayAsync(answer);
        });
        Assert.Equal((200, "ok"), await provider.AskAsync());
        await Assert.ThrowsAsync<HttpRequestException>(provider.AskAsync);
        Assert.Equal(1, provider.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnonsense\r\n")]
    public async Task A_body_that_breaks_off_is_an_error(string answer)
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            await line.SayAsync(answer);
        });
        await Assert.ThrowsAsync<IOException>(provider.AskAsync);
    }

    [Fact]
    public async Task A_head_without_end_is_an_error()
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            await line.SayAsync("HTTP/1.1 200 OK\r\n");
            while (true) await line.SayAsync($"A: {new string('b', 1000)}\r\n");
        });
        await Assert.ThrowsAsync<HttpRequestException>(provider.AskAsync);
    }

    [Fact]
    public async Task An_end_that_comes_late_is_read_for_the_next()
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            while (await line.HearAsync() is not null)
            {
                await line.SayAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
                await Task.Delay(20, line.Ended);
                await line.SayAsync("0\r\n\r\n");
            }
        });
        // On a machine with much to do an end may come too late for once.
        for (var calls = 1; calls <= 10; calls++)
        {
            await LeaveAtEndAsync(provider);
            if (provider.Accepted < calls) return;
            // Until it rests again.
            await Task.Delay(150);
        }

        Assert.Fail("No connection served twice.");
    }

    [Fact]
    public async Task One_that_does_not_come_is_not_waited_for()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            await line.SayAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            if (await line.HearAsync() is null) left.SetResult();
        });
        await LeaveAtEndAsync(provider);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")]
    public async Task Whoever_gives_up_ends_it(string answer)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            if (answer.Length > 0) await line.SayAsync(answer);
            if (await line.HearAsync() is null) left.SetResult();
        });
        using var patience = new CancellationTokenSource();
        using var request = provider.Get();
        var asking = provider.Connections.SendAsync(request, patience.Token).AsTask();
        if (answer.Length == 0)
        {
            patience.CancelAfter(50);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }
        else
        {
            using var begun = await asking;
            var reading = ScriptedProvider.AllAsync(begun);
            await patience.CancelAsync();
            await Assert.ThrowsAsync<IOException>(() => reading);
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_answer_may_come_before_the_body_was_sent()
    {
        await using var provider = new ScriptedProvider(async line =>
        {
            await line.HearAsync();
            await line.SayAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            await Task.Delay(Timeout.Infinite, line.Ended);
        });
        // More than the sockets' buffers take.
        var body = new byte[32 * 1024 * 1024];
        using var request = Post(provider, body);
        using (var answer = await provider.Connections.SendAsync(request, provider.Ended))
            Assert.Equal((413, "no"), (answer.Status, await ScriptedProvider.AllAsync(answer)));
        using var another = provider.Get();
        using var begun = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        _ = await Record.ExceptionAsync(() => provider.Connections.SendAsync(another, begun.Token).AsTask());
        Assert.Equal(2, provider.Accepted);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(16 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task The_request_arrives_as_it_is(int length)
    {
        var (head, sent) = ("", Array.Empty<byte>());
        await using var provider = new ScriptedProvider(async line =>
        {
            head = await line.HearAsync();
            sent = new byte[length];
            await line.Stream.ReadExactlyAsync(sent, line.Ended);
            await line.SayAsync(Ok);
            await line.HearAsync();
        });
        var body = new byte[length];
        new Random(length).NextBytes(body);
        using (var request = Post(provider, body))
        using (var answer = await provider.Connections.SendAsync(request, provider.Ended))
            Assert.Equal("ok", await ScriptedProvider.AllAsync(answer));
        Assert.Equal(body, sent);
        Assert.Equal(
            $"POST /v1/chat?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:{provider.Address.Origin.Port}\r\nA: b c\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            head);
    }

    [Theory]
    [InlineData("a\r\nB: c")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    public void No_value_can_add_a_line(string value)
    {
        using var request = new UpstreamRequest("GET"u8, new UpstreamAddress(new Uri("https://example.com/")));
        Assert.False(request.TryAdd("A", "", value));
        Assert.False(request.Has("A"));
        Assert.True(request.TryAdd("A", "x ", "y"));
        Assert.True(request.Has("A"));
    }

    [Theory]
    [InlineData("https://example.com/v1", "example.com", 443, true)]
    [InlineData("http://example.com:8080/v1", "example.com:8080", 8080, false)]
    [InlineData("https://b\u00fccher.example/v1", "xn--bcher-kva.example", 443, true)]
    [InlineData("http://[::1]:81/v1", "[::1]:81", 81, false)]
    public void Its_host_is_written_as_the_standard_says(string uri, string host, int port, bool isSecure)
    {
        var address = new UpstreamAddress(new Uri(uri));
        Assert.Equal(
            $" /v1 HTTP/1.1\r\nHost: {host}\r\n", Encoding.ASCII.GetString(address.Target.Span));
        Assert.Equal((port, isSecure), (address.Origin.Port, address.Origin.IsSecure));
    }

    private static UpstreamRequest Post(ScriptedProvider provider, byte[] body)
    {
        var request = new UpstreamRequest("POST"u8, provider.Address);
        request.TryAdd("A", "", "b c");
        request.End(new OutgoingBody(body, null, default, default));
        return request;
    }

    private static async Task LeaveAtEndAsync(ScriptedProvider provider)
    {
        using var request = provider.Get();
        using var answer = await provider.Connections.SendAsync(request, provider.Ended);
        var buffer = new byte[100];
        Assert.Equal(2, await answer.ReadAsync(buffer));
        answer.MayEnd = true;
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SupplyApi.Tests.Signing;

/// <summary>
/// Bodies have to be there whole before their signature can be checked. Strangers cannot fill the memory with them, and
/// what was checked is not counted any more.
/// </summary>
public sealed class BodiesAreBounded : OwnProcessTest
{
    private const string Path = "/v1/chat/completions";
    private const int Announced = 32 * 1024 * 1024;
    private const int Sent = Announced - 1;

    private static readonly string Large = Body(200_000);
    private static readonly string Small = Body(20_000);

    [Fact]
    public async Task What_nobody_has_checked_yet_is_bounded_in_all()
    {
        var signer = await Actors.SignerAsync();
        var app = signer.Quietly();
        var stranger = app.With("X-Signature", new string('0', 64));
        TcpClient[] lines = [await BeginAsync(signer), await BeginAsync(signer)];
        try
        {
            var refused = await Eventually.Async(
                () => AskAsync(stranger, signer, lines), static one => one.Status == 503, "all of it is taken");
            Assert.Equal(("unavailable", "2"), (refused.Text("error.code"), refused.Header("Retry-After")));
            (await app.Post(Path, Large)).Expect(503);
            Assert.Equal(50301, (await app.Post("/api/v1/intents", Large)).Expect(503).Number("code"));
            (await stranger.Post(Path, Small)).Expect(401);
            (await app.Post(Path, Small)).Expect(403);
        }
        finally
        {
            foreach (var line in lines) line.Dispose();
        }

        await Eventually.Async(() => stranger.Post(Path, Large), static one => one.Status == 401, "it is free again");
    }

    [Fact]
    public async Task What_was_checked_is_counted_no_more()
    {
        var app = (await Actors.SignerAsync()).Quietly();
        var large = Body(6 * 1024 * 1024);
        // Together far more than there is room for.
        for (var turn = 0; turn < 12; turn++)
        {
            (await app.Post(Path, large)).Expect(403);
            (await app.With("X-Signature", new string('0', 64)).Post(Path, large)).Expect(401);
        }
    }

    private static string Body(int length) => Consumer.Chat("nobody-sells-this", new string('a', length));

    // Whoever asks may have taken, for a moment, what one of the two was about to need: that one begins anew.
    private async Task<Answer> AskAsync(Client stranger, Signer app, TcpClient[] lines)
    {
        for (var one = 0; one < lines.Length; one++)
        {
            if (!lines[one].Client.Poll(0, SelectMode.SelectRead)) continue;
            lines[one].Dispose();
            lines[one] = await BeginAsync(app);
        }

        return await stranger.Post(Path, Large);
    }

    // Signed by nobody, and never ended.
    private async Task<TcpClient> BeginAsync(Signer app)
    {
        var line = new TcpClient();
        await line.ConnectAsync(Api.Address.Host, Api.Address.Port);
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            POST {Path} HTTP/1.1
            Host: {Api.Address.Authority}
            Content-Type: application/json
            Content-Length: {Announced}
            X-App-Id: {app.Id}
            X-Timestamp: {Signer.Now()}
            X-Signature: {new string('0', 64)}


            """);
        var stream = line.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n")));
        await stream.WriteAsync(new byte[Sent]);
        return line;
    }
}

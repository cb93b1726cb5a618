using System.Globalization;
using System.Security.Cryptography;

namespace SupplyApi.Tests.Signing;

/// <summary>Once each, and so many in a second: on two nodes together as on one.</summary>
public sealed class RequestsAreCounted : TwoNodesTest
{
    private const string Path = "/api/v1/intents";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_of_twenty_equal_ones_passes(bool isSecond)
    {
        var app = await Actors.SignerAsync();
        for (var turn = 0; turn < 5; turn++)
        {
            var (time, nonce) = (Signer.Now(), Guid.NewGuid().ToString("n"));
            var signed = isSecond ? Second(app, time, nonce) : First(app, time);
            var answers = await AllAsync(Enumerable.Range(0, 20).Select(_ => signed));
            Assert.Single(answers, static one => one.Status == 200);
            Assert.All(answers.Where(static one => one.Status != 200), static one =>
            {
                Assert.Equal((401, 40101), (one.Status, one.Number("code")));
                Assert.Contains("repeated", one.Text("data.reason"), StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public async Task A_nonce_is_good_once_whatever_it_signs()
    {
        var app = await Actors.SignerAsync();
        var nonce = Guid.NewGuid().ToString("n");
        (await Second(app, Signer.Now(), nonce).Get(Path)).Expect(200);
        (await Second(app, Signer.Now(), nonce).Get(Path)).Expect(401);
    }

    [Fact]
    public async Task No_second_has_more_than_a_hundred()
    {
        var app = (await Actors.SignerAsync()).Quietly();
        var answers = await AllAsync(Enumerable.Range(0, 250).Select(_ => app));

        Assert.All(answers, static one => Assert.Contains(one.Status, (int[])[200, 429]));
        var passed = answers.Where(static one => one.Status == 200).ToList();
        Assert.All(
            passed.GroupBy(static one => one.Header("X-RateLimit-Reset")),
            static second => Assert.InRange(second.Count(), 1, 100));
        // Of those of one second each had another number of requests left.
        Assert.Equal(passed.Count, passed
            .Select(static one => (one.Header("X-RateLimit-Reset"), one.Header("X-RateLimit-Remaining")))
            .Distinct().Count());
        Assert.True(passed.Count >= 100, $"{passed.Count} passed.");
        await Eventually.Async(() => app.Get(Path), static one => one.Status == 200, "another second", 3);
    }

    [Fact]
    public async Task A_credential_has_a_limit_of_its_own()
    {
        var app = await Actors.SignerAsync("""{ "qps": 3 }""");
        var answers = await AllAsync(Enumerable.Range(0, 40).Select(_ => app.Quietly()));
        var refused = answers.First(static one => one.Status == 429);

        Assert.Equal(42901, refused.Number("code"));
        Assert.Equal(("3", "0", "1"), (
            refused.Header("X-RateLimit-Limit"), refused.Header("X-RateLimit-Remaining"),
            refused.Header("Retry-After")));
        Assert.Equal(("\"app\";q=3;w=1", "\"app\";r=0;t=1"), (
            refused.Header("RateLimit-Policy"), refused.Header("RateLimit")));
        Assert.All(
            answers.Where(static one => one.Status == 200).GroupBy(static one => one.Header("X-RateLimit-Reset")),
            static second => Assert.InRange(second.Count(), 1, 3));
    }

    [Fact]
    public async Task Only_who_signs_is_counted()
    {
        var app = await Actors.SignerAsync("""{ "qps": 2 }""");
        var stranger = app.WithSecret("another").Quietly();
        for (var turn = 0; turn < 10; turn++)
        {
            var refused = await stranger.Get(Path);
            Assert.Equal(401, refused.Status);
            Assert.Equal("2", refused.Header("X-RateLimit-Remaining"));
        }

        var repeated = First(app, Signer.Now());
        Assert.Equal("1", (await repeated.Get(Path)).Expect(200).Header("X-RateLimit-Remaining"));
        for (var turn = 0; turn < 10; turn++) (await repeated.Get(Path)).Expect(401);
    }

    [Fact]
    public async Task Every_answer_tells_what_is_left()
    {
        var app = await Actors.SignerAsync();
        foreach (var answer in (Answer[])[
            await app.Get(Path), await app.Get($"{Path}/intent_9000000000"), await app.Get($"{Path}?page=0"),
            await app.Post(Path, "{"), await app.PostRaw(Path, "{}", "application/json; charset=utf-16")])
        {
            Assert.True(answer.Header("X-RateLimit-Limit") == "100", $"{answer.Exchange.PathAndQuery} {answer}");
            Assert.InRange(int.Parse(answer.Header("X-RateLimit-Remaining")!, CultureInfo.InvariantCulture), 95, 99);
            var reset = long.Parse(answer.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);
            Assert.InRange(reset - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), -30, 30);
        }
    }

    [Fact]
    public async Task So_does_every_refusal_of_an_app_that_there_is()
    {
        var app = await Actors.SignerAsync("""{ "qps": 1000 }""");
        var elsewhere = await Actors.SignerAsync("""{ "allowedIps": ["192.0.2.1"] }""");
        var closed = await Actors.SignerAsync();
        (await closed.Owner.Quietly().Put(closed.App.Path, """{ "status": "INACTIVE" }""")).Expect(200);
        foreach (var (limit, client, status, code) in ((int, Client, int, long)[])[
            (1000, app.With("X-Signature", new string('0', 64)), 401, 40101),
            (1000, app.With("X-Signature", "none"), 401, 40101), (1000, app.With("X-Timestamp", "now"), 401, 40101),
            (1000, app.With("X-Signature-Profile", "3"), 401, 40101),
            (1000, app.With("X-Timestamp", Text(Signer.Now() - 400_000)), 401, 40102),
            (100, elsewhere, 403, 40301), (100, closed, 403, 40302)])
        {
            var refused = (await client.Get(Path)).Expect(status);
            Assert.Equal(code, refused.Number("code"));
            Assert.Equal(Text(limit), refused.Header("X-RateLimit-Limit"));
            Assert.Equal(Text(limit), refused.Header("X-RateLimit-Remaining"));
            var reset = long.Parse(refused.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);
            Assert.InRange(reset - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), -30, 30);
        }

        var unknown = (await app.With("X-App-Id", $"app_{new string('0', 32)}").Get(Path)).Expect(401);
        Assert.Equal((40103, null), (unknown.Number("code"), unknown.Header("X-RateLimit-Limit")));
    }

    // A tolerance that is raised makes old times good again, but not what was signed at them.
    [Fact]
    public async Task What_was_seen_stays_seen_however_far_times_may_differ()
    {
        var app = await Actors.SignerAsync("""{ "hmac": { "timestampTolerance": 60 } }""");
        var (time, nonce) = (Signer.Now(), Guid.NewGuid().ToString("n"));
        Client[] signed = [First(app, time), Second(app, time, nonce)];
        foreach (var one in signed) (await one.Get(Path)).Expect(200);

        const string Raised = """{ "hmac": { "timestampTolerance": 3600 } }""";
        (await app.Owner.Quietly().Put(app.App.Path, Raised)).Expect(200);
        foreach (var offset in (string[])["00:20:00", "00:58:00"])
        {
            await using var later = await SupplyApiProcess.StartAsync(
                new(Settings) { ["Supply__ClockOffset"] = offset }, Api.Database);
            foreach (var one in signed)
            {
                var refused = (await one.At(later).Get(Path)).Expect(401);
                Assert.Contains("repeated", refused.Text("data.reason"), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_credential_says_when_it_was_last_used()
    {
        var app = await Actors.SignerAsync();
        const string Used = "select last_used_at is not null and last_used_at > now() - interval '5 minutes' "
            + "from consumer_credentials where app_id = $1";
        await using var connection = await Api.Database.OpenAsync();
        await using var used = new Npgsql.NpgsqlCommand(Used, connection) { Parameters = { new() { Value = app.Id } } };
        (await app.WithSecret("another").Get(Path)).Expect(401);
        Assert.Equal(false, await used.ExecuteScalarAsync());
        (await app.Get(Path)).Expect(200);
        Assert.Equal(true, await used.ExecuteScalarAsync());
    }

    // Half of them at each node.
    private Task<Answer[]> AllAsync(IEnumerable<Client> clients) => Task.WhenAll(
        clients.Select((one, at) => (at % 2 == 0 ? one : one.At(Other)).Get(Path)));

    private static Client First(Signer app, long time) => app.Quietly()
        .With("X-Timestamp", Text(time)).With("X-Signature", app.Signature("GET", Path, time));

    // Both nodes are called by the same name, as behind one balancer.
    private static Client Second(Signer app, long time, string nonce) => app.Quietly()
        .With("Host", "api.example.com").With("X-Timestamp", Text(time)).With("X-Signature-Profile", "2")
        .With("X-Nonce", nonce).With("X-Signed-Headers", "host")
        .With("X-Signature", app.Mac(string.Join('\n', (string[])[
            "SUPPLY-HMAC-SHA256-2", "GET", Path, "", Text(time), nonce, app.Id, "host", "host:api.example.com",
            Convert.ToHexStringLower(SHA256.HashData([]))])));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Signing;

/// <summary>Who may call the open API, and what those are told who may not.</summary>
public sealed class RequestsAreSigned : ApiTest
{
    private const string Path = "/api/v1/intents";
    private const string Elsewhere = "203.0.113.0/24";

    /// <summary>Well below the beat at which a node would look by itself.</summary>
    private const int Told = 3;

    [Fact]
    public async Task What_is_missing_or_malformed_is_named()
    {
        var app = await Actors.SignerAsync();
        await app.With("X-App-Id", "").Get(Path);
        await app.With("X-App-Id", "dev_app_local").Get(Path);
        await app.With("X-App-Id", $"app_{new string('0', 32)}").Get(Path);
        await app.With("X-Timestamp", "").Get(Path);
        await app.With("X-Timestamp", "2026-02-01T00:00:00Z").Get(Path);
        await app.With("X-Timestamp", "99999999999999999999").Get(Path);
        await app.With("X-Signature", "").Get(Path);
        await app.With("X-Signature", "garbage").Get(Path);
        await app.With("X-Signature", new string('0', 64)).Get(Path);
        await app.With("X-Signature-Profile", "3").Get(Path);
        await app.WithSecret("another").Get(Path);

        Transcript.Matches();
    }

    [Theory]
    [InlineData("POST", Path)]
    [InlineData("PUT", $"{Path}/intent_1")]
    public async Task A_body_that_is_no_object_has_the_wrong_form(string method, string path)
    {
        var app = await Actors.SignerAsync();
        foreach (var body in (string?[])[null, "", " ", "null", "[]", "12", "\"text\"", "{"])
            Assert.Equal(40003, (await app.Send(new HttpMethod(method), path, body)).Expect(400).Number("code"));
    }

    [Fact]
    public async Task What_the_second_profile_lacks_is_named()
    {
        var app = (await Actors.SignerAsync()).BySecondProfile();
        await app.With("X-Nonce", "").Get(Path);
        await app.With("X-Nonce", "short").Get(Path);
        await app.With("X-Nonce", "sixteen letters!").Get(Path);
        await app.With("X-Signed-Headers", "").Get(Path);
        await app.With("X-Signed-Headers", "Host").Get(Path);
        await app.With("X-Signed-Headers", "x-request-id;host").Get(Path);
        await app.With("X-Signed-Headers", "x-request-id").Get(Path);
        await app.With("X-Signed-Headers", "host;x-nothing").Get(Path);
        await app.With("X-Signed-Headers", "host").Post(Path, IntentBody.Usual);
        await app.With("X-Signature-Profile", "1").Get(Path);

        Transcript.Matches();
    }

    [Theory]
    [InlineData(-301, 40102)]
    [InlineData(301, 40102)]
    [InlineData(-290, 0)]
    [InlineData(290, 0)]
    public async Task A_timestamp_is_near(int seconds, long code)
    {
        var app = await Actors.SignerAsync();
        var time = NowAnd(seconds);
        var signed = app.With("X-Timestamp", Text(time)).With("X-Signature", app.Signature("GET", Path, time));
        Assert.Equal(code, (await signed.Get(Path)).Number("code"));
    }

    // The first profile has no mark between path and time, so the time must not reach into the path.
    [Fact]
    public async Task A_timestamp_is_written_in_one_way()
    {
        var app = await Actors.SignerAsync();
        var time = Signer.Now();
        var signed = app.With("X-Signature", app.Signature("GET", $"{Path}?page=10", time));
        foreach (var (target, written) in ((string, string)[])
            [($"{Path}?page=1", $"0{time}"), ($"{Path}?page=", $"10{time}"), ($"{Path}?page=101", Text(time)[1..])])
        {
            var refused = (await signed.With("X-Timestamp", written).Get(target)).Expect(401);
            Assert.Equal((40101, "X-Timestamp"), (refused.Number("code"), refused.Text("data.field")));
        }

        (await signed.With("X-Timestamp", Text(time)).Get($"{Path}?page=10")).Expect(200);
    }

    [Fact]
    public async Task A_credential_has_a_tolerance_and_a_header_of_its_own()
    {
        var app = await Actors.SignerAsync(
            """{ "hmac": { "headerName": "X-My-Signature", "timestampTolerance": 30 } }""");
        foreach (var (seconds, code) in ((int, long)[])[(-35, 40102), (-20, 0)])
        {
            var time = NowAnd(seconds);
            var signed = app.With("X-Timestamp", Text(time)).With("X-Signature", "")
                .With("X-My-Signature", app.Signature("GET", Path, time));
            Assert.Equal(code, (await signed.Get(Path)).Number("code"));
        }

        var refused = (await app.Get(Path)).Expect(401);
        Assert.Equal("X-My-Signature", refused.Text("data.field"));
    }

    [Fact]
    public async Task Any_change_on_the_way_is_refused()
    {
        var app = await Actors.SignerAsync();
        var time = Signer.Now();
        const string Target = $"{Path}?page=1&filter%5Btitle%5D=a%2Fb";
        var get = app.With("X-Timestamp", Text(time)).With("X-Signature", app.Signature("GET", Target, time));
        foreach (var target in (string[])[
            Path, $"{Path}?page=2&filter%5Btitle%5D=a%2Fb", $"{Path}?page=1&filter[title]=a%2Fb",
            $"{Path}?page=1&filter%5btitle%5d=a%2fb", $"{Path}?filter%5Btitle%5D=a%2Fb&page=1"])
            await RefusedAsync(get.Get(target));
        await RefusedAsync(get.Send(HttpMethod.Delete, $"{Path}/intent_1?page=1", null));
        await RefusedAsync(get.With("X-Timestamp", Text(time + 1)).Get(Target));

        var post = app.With("X-Timestamp", Text(time))
            .With("X-Signature", app.Signature("POST", Path, time, IntentBody.Usual));
        await RefusedAsync(post.Post(Path, IntentBody.Usual.Replace("5999.50", "5999.51")));
        await RefusedAsync(post.Post(Path, IntentBody.Usual + " "));
        await RefusedAsync(post.Post(Path, ""));
        (await post.Post(Path, IntentBody.Usual)).Expect(201);
        (await get.Get(Target)).Expect(200);

        static async Task RefusedAsync(Task<Answer> asked)
        {
            var answer = await asked;
            Assert.Equal((401, 40101), (answer.Status, answer.Number("code")));
        }
    }

    [Fact]
    public async Task Large_letters_are_digits_too_but_not_another_signature()
    {
        var app = await Actors.SignerAsync();
        var time = Signer.Now();
        var signature = app.Signature("GET", Path, time);
        var signed = app.With("X-Timestamp", Text(time));
        (await signed.With("X-Signature", signature.ToUpperInvariant()).Get(Path)).Expect(200);
        (await signed.With("X-Signature", signature).Get(Path)).Expect(401);
    }

    [Theory]
    [InlineData("GET", Path)]
    [InlineData("POST", Path)]
    [InlineData("GET", $"{Path}/intent_1")]
    [InlineData("PUT", $"{Path}/intent_1")]
    [InlineData("DELETE", $"{Path}/intent_1")]
    public async Task An_app_is_used_from_where_it_may(string method, string path)
    {
        var app = await Actors.SignerAsync($$"""{ "allowedIps": ["{{Elsewhere}}", "2001:db8::1"] }""");
        var body = method is "POST" or "PUT" ? IntentBody.Usual : null;
        var refused = (await app.Send(new HttpMethod(method), path, body)).Expect(403);
        Assert.Equal(40301, refused.Number("code"));
        var elsewhere = app.With("X-Forwarded-For", "203.0.113.7");
        Assert.NotEqual(403, (await elsewhere.Send(new HttpMethod(method), path, body)).Status);
        Assert.NotEqual(403, (await app.With("X-Forwarded-For", "2001:db8::1").Get(Path)).Status);
    }

    [Theory]
    [InlineData("update consumers set status = 'INACTIVE' where id = {0}")]
    [InlineData("update consumer_credentials set status = 'INACTIVE' where id = {1}")]
    [InlineData("update consumer_credentials set expires_at = now() where id = {1}")]
    public async Task An_app_that_was_closed_is_told_so_when_it_signs(string closed)
    {
        var app = await Actors.SignerAsync();
        (await app.Get(Path)).Expect(200);
        await Api.Database.RunAsOwnerAsync(string.Format(
            CultureInfo.InvariantCulture, closed, Number(app.App.ConsumerId), Number(app.App.CredentialId)));
        await BecomesAsync(app, 403, 40302);
        Assert.Equal(40101, (await app.WithSecret("another").Get(Path)).Expect(401).Number("code"));
    }

    [Fact]
    public async Task An_app_that_was_deleted_is_unknown()
    {
        var app = await Actors.SignerAsync();
        (await app.Get(Path)).Expect(200);
        await Api.Database.RunAsOwnerAsync(
            $"delete from consumer_credentials where id = {Number(app.App.CredentialId)}");
        await BecomesAsync(app, 401, 40103);
    }

    [Fact]
    public async Task A_secret_before_the_last_goes_on_for_its_time()
    {
        var app = await Actors.SignerAsync();
        var credential = Number(app.App.CredentialId);
        await Api.Database.RunAsOwnerAsync(
            $"update consumer_secrets set valid_until = now() + interval '1 hour' where credential_id = {credential}");
        (await app.Get(Path)).Expect(200);
        await Api.Database.RunAsOwnerAsync(
            $"update consumer_secrets set valid_until = now() where credential_id = {credential}");
        await BecomesAsync(app, 401, 40101);
    }

    [Fact]
    public async Task A_sealed_secret_opens_its_own_row_only()
    {
        var (app, other) = (await Actors.SignerAsync(), await Actors.SignerAsync());
        await Api.Database.RunAsOwnerAsync($"""
            update consumer_secrets mine set sealed = theirs.sealed from consumer_secrets theirs
             where mine.credential_id = {Number(app.App.CredentialId)}
               and theirs.credential_id = {Number(other.App.CredentialId)}
            """);
        await BecomesAsync(app.WithSecret(other.Secret), 401, 40101);
    }

    [Fact]
    public async Task An_app_has_its_own_words_for_whatever_is_wrong()
    {
        var app = await Actors.SignerAsync();
        await app.PostRaw(Path, "a=b", "application/x-www-form-urlencoded");
        await app.PostRaw(Path, IntentBody.Usual, "application/json; charset=utf-16");
        await app.OutsideTheContract().Send(HttpMethod.Patch, Path, "{}");
        var lengthy = await app.Quietly().Get($"{Path}?fields={new string('a', 8192)}");
        Assert.Equal((414, 40001), (lengthy.Status, lengthy.Number("code")));
        var unknown = await app.Quietly().Get($"{Path}?a={new string('a', 8192 - Path.Length - 3)}");
        Assert.Equal((400, 40003), (unknown.Status, unknown.Number("code")));

        Transcript.Matches();
    }

    private async Task BecomesAsync(Signer app, int status, long code) => await Eventually.Async(
        () => app.Quietly().Get(Path), answer => answer.Status == status && answer.Number("code") == code,
        $"{status} {code}", Told);

    private static long NowAnd(int seconds) => Signer.Now() + (seconds * 1000L);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(string id) => id.Split('_')[1];
}

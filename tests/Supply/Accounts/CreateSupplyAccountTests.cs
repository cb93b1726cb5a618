using System.Security.Cryptography;

namespace SupplyApi.Tests.Supply.Accounts;

public sealed class CreateSupplyAccountTests : ApiTest
{
    private const string Path = "/api/v1/supply/accounts";

    [Fact]
    public async Task Mounts_an_account()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, Account());
        await supplier.Post(Path, Account("anthropic").Without("account_alias").Without("min_quota_threshold"));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_the_provider_does_not_confirm()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, Account("openai", "invalid"));
        await supplier.Post(Path, Account("openai", "poor"));
        await supplier.Post(Path, Account("openai", "broken"));
        await supplier.Post(Path, Account().But("""{ "credential_input": "no spaces here" }"""));

        Transcript.Matches();
        Assert.Equal(0, await CountAsync(supplier));
    }

    [Fact]
    public async Task Refuses_what_is_not_asked_for()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, Account().But("""{ "risk_ack": false }"""));
        await supplier.Post(Path, Account().Without("risk_ack"));
        await supplier.Post(Path, Account().But("""{ "account_alias": "" }"""));
        await supplier.Post(Path, Account().But($$"""{ "account_alias": "{{new string('a', 101)}}" }"""));
        await supplier.Post(Path, Account().But("""{ "account_alias": "a\u0000b" }"""));
        await supplier.Post(Path, Account().But("""{ "status": "active" }"""));

        Transcript.Matches();
        Assert.Equal(0, await CountAsync(supplier));
    }

    [Fact]
    public async Task Asks_for_both_headers()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.With("Idempotency-Key", "").Post(Path, Account());
        await supplier.With("Idempotency-Key", "seven-7").Post(Path, Account());
        await supplier.With("Idempotency-Key", new string('k', 129)).Post(Path, Account());
        await supplier.With("X-Request-Id", "").Post(Path, Account());
        await supplier.With("X-Request-Id", "with a space").Post(Path, Account());

        Transcript.Matches();
        Assert.Equal(0, await CountAsync(supplier));
    }

    [Fact]
    public async Task Answers_a_repeat_as_it_did_the_first_time()
    {
        var supplier = await Actors.SupplierAsync();
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var account = Account();
        var first = await once.Post(Path, account);
        var repeat = await once.Post(Path, account);
        await once.Post(Path, account.But("""{ "account_alias": "Another" }"""));

        Transcript.Matches();
        Assert.Equal(first.Body, repeat.Body);
        Assert.Equal(1, await CountAsync(supplier));
    }

    [Fact]
    public async Task Takes_a_payload_by_its_meaning()
    {
        var supplier = await Actors.SupplierAsync();
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var account = Account();
        var first = await once.Post(Path, account);
        var moved = account.Without("provider").But("""{ "provider": "openai", "min_quota_threshold": 10.50 }""");
        var repeat = await once.Post(Path, moved);

        Assert.Equal((201, "true"), (repeat.Status, repeat.Header("Idempotent-Replay")));
        Assert.Equal(first.Body, repeat.Body);
    }

    [Fact]
    public async Task Does_not_remember_a_refusal_nor_another_supplier()
    {
        var key = Actors.Unique("key");
        var supplier = await Actors.SupplierAsync();
        var other = await Actors.SupplierAsync();
        var refused = await supplier.With("Idempotency-Key", key).Post(Path, Account("openai", "invalid"));
        var mended = await supplier.With("Idempotency-Key", key).Post(Path, Account());
        var foreign = await other.With("Idempotency-Key", key).Post(Path, Account());

        Assert.Equal((422, 201, 201), (refused.Status, mended.Status, foreign.Status));
        Assert.NotEqual(mended.Number("data.account_id"), foreign.Number("data.account_id"));
    }

    [Fact]
    public async Task Says_so_while_the_first_still_runs()
    {
        var supplier = await Actors.SupplierAsync();
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var account = Account();
        await using var row = await HeldRow.OfUserAsync(Api.Database, supplier.Id);
        var first = once.Post(Path, account);
        await row.AwaitedByAsync(1);
        await once.Post(Path, account);
        await row.LetGoAsync();
        await first;
        await once.Post(Path, account);

        Transcript.Matches();
    }

    [Fact]
    public async Task A_storm_of_one_key_mounts_one_account()
    {
        var supplier = await Actors.SupplierAsync();
        var once = supplier.Quietly().With("Idempotency-Key", Actors.Unique("key"));
        var account = Account();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => once.Post(Path, account)));
        var last = await once.Post(Path, account);

        Assert.All(answers, static one => Assert.True(one.Status is 201 or 202, one.ToString()));
        var mounted = answers.Where(static one => one.Status == 201).ToList();
        Assert.Single(mounted, static one => one.Header("Idempotent-Replay") is null);
        Assert.All(mounted, one => Assert.Equal(last.Body, one.Body));
        Assert.Equal(1, await CountAsync(supplier));
    }

    [Fact]
    public async Task A_slow_provider_keeps_nobody_else_waiting()
    {
        const int Many = 40;
        var supplier = await Actors.SupplierAsync();
        var upstream = await Suite.UpstreamAsync();
        var credential = Supplier.CredentialOf("openai", "slow");
        var account = Account().But($$"""{ "credential_input": "{{credential}}" }""");
        var shown = supplier.Post(Path, account);
        Task<Answer>[] all =
            [shown, .. Enumerable.Range(1, Many - 1).Select(_ => supplier.Quietly().Post(Path, account))];
        await Eventually.Async(
            async () => (await upstream.CallsAsync(credential)).Count,
            static calls => calls == Many,
            $"{Many} calls at the provider");
        (await supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
        Assert.All(all, static one => Assert.False(one.IsCompleted));

        Assert.All(await Task.WhenAll(all), static one => Assert.Equal(422, one.Status));
        Transcript.Matches();
    }

    [Fact]
    public async Task A_key_is_forgotten_after_a_day()
    {
        var masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await using var today = await SupplyApiProcess.StartAsync(new() { ["Supply__MasterKey"] = masterKey });
        var supplier = await new Actors(today, null).SupplierAsync();
        var account = Account();
        var first = (await supplier.With("Idempotency-Key", "day-after-day").Post(Path, account)).Expect(201);

        await using var soon = await LaterAsync("23:59:00");
        var replayed = (await RepeatAsync(soon)).Expect(201);
        await using var tomorrow = await LaterAsync("1.00:00:01");
        var again = (await RepeatAsync(tomorrow)).Expect(201);

        Assert.Equal(first.Body, replayed.Body);
        Assert.Null(again.Header("Idempotent-Replay"));
        Assert.NotEqual(first.Number("data.account_id"), again.Number("data.account_id"));

        Task<SupplyApiProcess> LaterAsync(string offset) => SupplyApiProcess.StartAsync(
            new() { ["Supply__MasterKey"] = masterKey, ["Supply__ClockOffset"] = offset }, today.Database);

        Task<Answer> RepeatAsync(SupplyApiProcess later) => new Client(later, null)
            .WithCredential(supplier.Token).With("Idempotency-Key", "day-after-day").Post(Path, account);
    }

    private static string Account(string provider = "openai", string mark = "") => $$"""
        {
          "provider": "{{provider}}",
          "account_type": "api_key",
          "credential_input": "{{Supplier.CredentialOf(provider, mark)}}",
          "min_quota_threshold": 10.5,
          "account_alias": "主账号 🌍",
          "risk_ack": true
        }
        """;

    private static async Task<long> CountAsync(Supplier supplier) =>
        (await supplier.Quietly().Get(Path)).Expect(200).Number("pagination.total");
}

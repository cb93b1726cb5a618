using System.Globalization;
using System.Security.Cryptography;

namespace SupplyApi.Tests.Supply.Settlements;

public sealed class CreateSupplySettlementWithdrawTests : ApiTest
{
    private const string Balance = "/api/v1/supply/balance";

    [Fact]
    public async Task Takes_what_was_asked_and_splits_off_the_fee()
    {
        var supplier = await WithAsync(100.123456789m);
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(80.55m, await supplier.AskForCodeAsync()));
        await supplier.Get(Balance);

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_all_there_is()
    {
        var supplier = await WithAsync(0.01m);
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(0.01m, await supplier.AskForCodeAsync()));
        await supplier.Get(Balance);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var supplier = await WithAsync(100);
        var body = Withdrawals.Body(10, "123456");
        foreach (var wrong in (string[])
            [
                """{ "withdraw_amount": 0 }""",
                """{ "withdraw_amount": -1 }""",
                """{ "withdraw_amount": 1.001 }""",
                """{ "withdraw_amount": 50000.01 }""",
                """{ "withdraw_amount": 1e27 }""",
                """{ "payment_method": "cash" }""",
                """{ "payment_account": "6" }""",
                """{ "sms_code": "123" }""",
                """{ "sms_code": "12345678901" }""",
            ])
            await supplier.Post(Withdrawals.Path, body.But(wrong));
        await supplier.Post(Withdrawals.Path, body.Without("sms_code"));

        Transcript.Matches();
    }

    [Theory]
    [InlineData("bank", Withdrawals.Card, true)]
    [InlineData("bank", "6222021234567893", false)]
    [InlineData("bank", "62220212345", false)]
    [InlineData("bank", "supplier@example.com", false)]
    [InlineData("alipay", "13800001234", true)]
    [InlineData("alipay", "supplier@example.com", true)]
    [InlineData("alipay", "2088123412341234", true)]
    [InlineData("alipay", "12345", false)]
    [InlineData("alipay", "supplier@", false)]
    [InlineData("alipay", "13800001234\\n", false)]
    [InlineData("wechat", "13800001234", true)]
    [InlineData("wechat", "supplier_1", true)]
    [InlineData("wechat", "supplier 1", false)]
    [InlineData("wechat", "12345678", false)]
    [InlineData("wechat", "supplier_1\\n", false)]
    public async Task Knows_the_form_of_each_methods_account(string method, string account, bool isGood)
    {
        var supplier = await WithAsync(10);
        var code = isGood ? await supplier.AskForCodeAsync() : "123456";
        var body = Withdrawals.Body(1, code)
            .But($$"""{ "payment_method": "{{method}}", "payment_account": "{{account}}" }""");
        var answer = await supplier.Quietly().Post(Withdrawals.Path, body);

        Assert.Equal(isGood ? 201 : 400, answer.Status);
        if (!isGood) Assert.Equal("SUP_SET_4002", answer.Text("error.code"));
    }

    [Fact]
    public async Task Shows_the_payment_account_masked_everywhere()
    {
        var supplier = await WithAsync(10);
        var settlement = await supplier.WithdrawAsync(1);
        var trail = Assert.Single(await Trail.AuditAsync(Api.Database, "supply_settlement", settlement));
        var shown = await supplier.Quietly().Get($"/api/v1/supply/settlements/{settlement}");
        var statement = await StatementFiles.FetchAsync(supplier, settlement, "json");

        foreach (var text in (string[])[trail.After!, shown.Body, statement.Body])
        {
            Assert.Contains("**** 7894", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Withdrawals.Card, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_code_is_good_once_and_only_as_it_was_sent()
    {
        var supplier = await WithAsync(100);
        var code = await supplier.AskForCodeAsync();
        var wrong = code == "000000" ? "111111" : "000000";
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(10, wrong));
        var settlement = (await supplier.Quietly().Post(Withdrawals.Path, Withdrawals.Body(10, code)))
            .Expect(201).Number("data.settlement_id");
        (await supplier.Quietly().Post($"/api/v1/supply/settlements/{settlement}/cancel")).Expect(200);
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(10, code));

        Transcript.Matches();
    }

    [Fact]
    public async Task A_code_belongs_to_who_asked_for_it()
    {
        var (supplier, other) = (await WithAsync(100), await WithAsync(100));
        var code = await supplier.AskForCodeAsync();
        await other.AskForCodeAsync();

        Assert.Equal(400, (await other.Quietly().Post(Withdrawals.Path, Withdrawals.Body(10, code))).Status);
        Assert.Equal(201, (await supplier.Quietly().Post(Withdrawals.Path, Withdrawals.Body(10, code))).Status);
    }

    [Fact]
    public async Task Refuses_more_than_is_available_and_leaves_the_code_good()
    {
        var supplier = await WithAsync(99.999999999m);
        var code = await supplier.AskForCodeAsync();
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(100, code));
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(99.99m, code));

        Transcript.Matches();
    }

    [Fact]
    public async Task One_at_a_time()
    {
        var supplier = await WithAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        var code = await supplier.AskForCodeAsync();
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(10, code));
        await Api.DecideAsync(settlement, "process");
        await supplier.Post(Withdrawals.Path, Withdrawals.Body(10, code));

        Transcript.Matches();
    }

    [Fact]
    public async Task Another_one_must_wait_a_quarter_of_an_hour()
    {
        var supplier = await WithAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        await Api.DecideAsync(settlement, "process", "complete");
        var code = await supplier.AskForCodeAsync();
        var soon = await supplier.Post(Withdrawals.Path, Withdrawals.Body(10, code));

        Transcript.Matches();
        Assert.InRange(int.Parse(soon.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 900);
    }

    [Fact]
    public async Task Answers_a_repeat_as_it_did_the_first_time()
    {
        var supplier = await WithAsync(100);
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var body = Withdrawals.Body(10, await supplier.AskForCodeAsync());
        var first = await once.Post(Withdrawals.Path, body);
        var repeat = await once.Post(Withdrawals.Path, body);
        await once.Post(Withdrawals.Path, body.But("""{ "withdraw_amount": 11 }"""));

        Transcript.Matches();
        Assert.Equal(first.Body, repeat.Body);
        Assert.Equal(90, (await supplier.Quietly().Get(Balance)).Amount("data.available"));
    }

    [Fact]
    public async Task Asks_for_both_headers()
    {
        var supplier = await WithAsync(100);
        var body = Withdrawals.Body(10, "123456");
        await supplier.With("Idempotency-Key", "").Post(Withdrawals.Path, body);
        await supplier.With("X-Request-Id", "").Post(Withdrawals.Path, body);

        Transcript.Matches();
    }

    [Fact]
    public async Task Says_so_while_the_first_still_runs()
    {
        var supplier = await WithAsync(100);
        var once = supplier.With("Idempotency-Key", Actors.Unique("key"));
        var body = Withdrawals.Body(10, await supplier.AskForCodeAsync());
        await using var row = await HeldRow.OfUserAsync(Api.Database, supplier.Id);
        var first = once.Post(Withdrawals.Path, body);
        await row.AwaitedByAsync(1);
        await once.Post(Withdrawals.Path, body);
        await row.LetGoAsync();
        await first;

        Transcript.Matches();
    }

    [Fact]
    public async Task Of_two_hundred_at_once_exactly_one_wins()
    {
        var supplier = await WithAsync(1000);
        var body = Withdrawals.Body(400, await supplier.AskForCodeAsync());
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => supplier.Quietly().Post(Withdrawals.Path, body)));

        Assert.Single(answers, static one => one.Status == 201);
        Assert.All(answers, static one => Assert.True(
            one.Status == 201 || one.Text("error.code") is "SUP_SET_4091" or "SUP_SET_4003", one.ToString()));
        var balance = await supplier.Quietly().Get(Balance);
        Assert.Equal((600, 400), (balance.Amount("data.available"), balance.Amount("data.withdrawing")));
        Assert.Equal(1, (await supplier.Quietly().Get("/api/v1/supply/settlements")).Number("pagination.total"));
    }

    [Fact]
    public async Task Books_that_disagree_stop_it_and_leave_a_trace()
    {
        await using var api = await SupplyApiProcess.StartAsync();
        var supplier = await new Actors(api, Transcript).SupplierAsync();
        await supplier.GrantAsync(100);
        var body = Withdrawals.Body(10, await supplier.AskForCodeAsync());
        api.Database.IsTampered = true;
        await api.Database.RunAsOwnerAsync("update supply_earning_lots set available = 5");
        await supplier.MayFail().Post(Withdrawals.Path, body);

        Transcript.Matches();
        var trace = Assert.Single(await Trail.AuditAsync(api.Database, "supplier", supplier.Id));
        Assert.Equal(("invariant_violation", """{"code": "SUP_SET_5002"}"""), (trace.Action, trace.After));
        Assert.Equal(100, (await supplier.Quietly().Get(Balance)).Amount("data.available"));
    }

    [Fact]
    public async Task Two_hundred_thousand_a_day_is_the_most_and_a_key_is_kept_three_days()
    {
        // The clock of each process stands a quarter of an hour later, all on one UTC day: tomorrow.
        var settings = new Dictionary<string, string>
        {
            ["Supply__MasterKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        var untilTomorrow = DateTime.UtcNow.Date.AddDays(1).AddHours(1) - DateTime.UtcNow;
        var first = await AtAsync(untilTomorrow, null);
        var supplier = await new Actors(first, null).SupplierAsync();
        await supplier.GrantAsync(300_000);
        var body = "";
        Answer answer = null!;
        for (var quarter = 0; quarter < 5; quarter++)
        {
            var offset = untilTomorrow + TimeSpan.FromMinutes(16 * (quarter + 1));
            await using var later = await AtAsync(offset, first.Database);
            var then = supplier.At(later);
            body = Withdrawals.Body(50_000, await then.AskForCodeAsync());
            answer = await then.With("Idempotency-Key", $"day-limit-{quarter}").Post(Withdrawals.Path, body);
            if (quarter == 4) break;
            await first.DecideAsync(answer.Expect(201).Number("data.settlement_id"), "process", "complete");
        }

        Assert.Equal((409, "WITHDRAW_DAY_LIMIT"), (answer.Status, answer.Text("error.code")));
        Assert.Equal(0, answer.Amount("error.details.left"));

        await using var nextDay = await AtAsync(untilTomorrow + TimeSpan.FromDays(1), first.Database);
        var repeat = await supplier.At(nextDay).With("Idempotency-Key", "day-limit-4").Post(
            Withdrawals.Path, body.But($$"""{ "sms_code": "{{await supplier.At(nextDay).AskForCodeAsync()}}" }"""));
        await using var thirdDay = await AtAsync(untilTomorrow + TimeSpan.FromHours(71), first.Database);
        var replay = await supplier.At(thirdDay).With("Idempotency-Key", "day-limit-4").Post(
            Withdrawals.Path, repeat.Exchange.RequestBody!);

        Assert.Equal((201, 201), (repeat.Status, replay.Status));
        Assert.Equal((null, "true"), (repeat.Header("Idempotent-Replay"), replay.Header("Idempotent-Replay")));
        await first.DisposeAsync();

        Task<SupplyApiProcess> AtAsync(TimeSpan offset, TestDatabase? database) => SupplyApiProcess.StartAsync(
            new(settings) { ["Supply__ClockOffset"] = offset.ToString("c") }, database);
    }

    private async Task<Supplier> WithAsync(decimal available)
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(available);
        return supplier;
    }
}

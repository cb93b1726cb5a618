namespace SupplyApi.Tests.Supply.Settlements;

public sealed class SendSupplySettlementCodeTests : ApiTest
{
    private const string Path = "/api/v1/supply/settlements/sms-code";
    private const int CodesADay = 10;

    [Fact]
    public async Task The_first_code_binds_the_phone()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, "{}");
        await supplier.Post(Path, """{ "phone": "13800001234" }""");
        await supplier.Post(Path, """{ "phone": "13800005678" }""");
        await supplier.Post(Path, """{ "phone": "+8613800001234" }""");
        await CodeRows.PassMinuteAsync(Api.Database, supplier.Id);
        await supplier.Post(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Sends_what_the_sender_needs()
    {
        var supplier = await Actors.SupplierAsync();
        var answer = await supplier.Post(Path, $$"""{ "phone": "{{supplier.Phone}}" }""");

        var sent = Assert.Single(
            (await Suite.SmsAsync()).Deliveries, one => one.Text("phone") == "+86" + supplier.Phone);
        Assert.Equal(["type", "phone", "template", "code", "expires_at"], sent.Body.Select(static one => one.Key));
        Assert.Equal("sms", sent.Text("type"));
        Assert.Equal("supply_withdrawal", sent.Text("template"));
        Assert.Matches("^[0-9]{6}$", sent.Text("code"));
        Assert.Equal(answer.Text("data.expires_at"), sent.Text("expires_at"));
        Assert.DoesNotContain(sent.Text("code"), answer.Body, StringComparison.Ordinal);
        Assert.Equal(
            [$"supply.settlement.code.send {supplier.Phone[..3]}****{supplier.Phone[^4..]}"],
            await CodeRows.DeedsAsync(Api.Database, supplier.Id));
    }

    [Fact]
    public async Task Takes_a_phone_from_anywhere()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, """{ "phone": "+12025550123" }""");

        Transcript.Matches();
    }

    [Theory]
    [InlineData("12800001234")]
    [InlineData("1380000123")]
    [InlineData("138000012345")]
    [InlineData("8613800001234")]
    [InlineData("+8612800001234")]
    [InlineData("+86 13800001234")]
    [InlineData("138-0000-1234")]
    [InlineData("+0123456789")]
    [InlineData("+1234567")]
    [InlineData("+1234567890123456")]
    [InlineData("13800001234\\n")]
    [InlineData("١٣٨٠٠٠٠١٢٣٤")]
    [InlineData("")]
    public async Task Refuses_what_is_no_phone(string phone)
    {
        var supplier = await Actors.SupplierAsync();
        var answer = await supplier.Post(Path, $$"""{ "phone": "{{phone}}" }""");

        Assert.Equal(400, answer.Status);
        Assert.Equal("phone", answer.Text("error.details.field"));
    }

    [Fact]
    public async Task Sends_ten_a_day()
    {
        var supplier = await Actors.SupplierAsync();
        for (var sent = 0; sent < CodesADay; sent++)
        {
            await supplier.AskForCodeAsync();
            await CodeRows.PassMinuteAsync(Api.Database, supplier.Id);
        }

        var answer = await supplier.Post(Path);
        Assert.Equal(429, answer.Status);
        Assert.InRange(int.Parse(answer.Header("Retry-After")!), 1, 24 * 60 * 60);
    }

    [Fact]
    public async Task Asked_for_at_once_it_is_one()
    {
        var supplier = await Actors.SupplierAsync();
        var ask = $$"""{ "phone": "{{supplier.Phone}}" }""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => supplier.Quietly().Post(Path, ask)));

        Assert.Single(answers, static one => one.Status == 200);
        Assert.Equal(9, answers.Count(static one => one.Status == 429));
        Assert.Single((await Suite.SmsAsync()).Deliveries, one => one.Text("phone") == "+86" + supplier.Phone);
    }
}

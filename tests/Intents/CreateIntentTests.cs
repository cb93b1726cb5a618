namespace SupplyApi.Tests.Intents;

public sealed class CreateIntentTests : ApiTest
{
    private const string Path = "/api/v1/intents";

    [Fact]
    public async Task Makes_an_intent()
    {
        var app = await Actors.SignerAsync();
        await app.Post(Path, IntentBody.Usual);
        await app.Post(Path, IntentBody.Usual.Without("remarks").But("""{ "status": "DRAFT", "price": 0.01 }"""));
        await app.BySecondProfile().Post(Path, IntentBody.Usual.But("""
            { "platform": "JD", "productUrl": "https://item.jd.com/100012043978.html" }
            """));

        Transcript.Matches();
    }

    [Theory]
    [InlineData("userId")]
    [InlineData("platform")]
    [InlineData("productUrl")]
    [InlineData("title")]
    [InlineData("price")]
    [InlineData("quantity")]
    [InlineData("recipientName")]
    [InlineData("address")]
    [InlineData("phone")]
    public async Task Says_what_is_missing(string member)
    {
        var app = await Actors.SignerAsync();
        foreach (var body in (string[])[
            IntentBody.Usual.Without(member), IntentBody.Usual.But($$"""{ "{{member}}": null }""")])
        {
            var refused = (await app.Post(Path, body)).Expect(400);
            Assert.Equal((40002, member), (refused.Number("code"), refused.Text("data.field")));
        }
    }

    [Theory]
    [InlineData("userId", "\"\"")]
    [InlineData("userId", "\"a\\u0000b\"")]
    [InlineData("platform", "\"EBAY\"")]
    [InlineData("productUrl", "\"http://item.taobao.com/item.htm?id=1\"")]
    [InlineData("productUrl", "\"https://item.jd.com/1.html\"")]
    [InlineData("productUrl", "\"https://nottaobao.com/1\"")]
    [InlineData("productUrl", "\"https://taobao.com.example.com/1\"")]
    [InlineData("productUrl", "\"https://user@taobao.com/1\"")]
    [InlineData("productUrl", "\"https://taobao.com\"")]
    [InlineData("title", "\" \"")]
    [InlineData("price", "0")]
    [InlineData("price", "-1")]
    [InlineData("price", "1.001")]
    [InlineData("price", "100000000.01")]
    [InlineData("quantity", "0")]
    [InlineData("quantity", "1000001")]
    [InlineData("recipientName", "\"A\"")]
    [InlineData("address", "\"路\"")]
    [InlineData("phone", "\"12345678901\"")]
    [InlineData("phone", "\"1380000123\"")]
    [InlineData("status", "\"CANCELLED\"")]
    public async Task Refuses(string member, string value)
    {
        var app = await Actors.SignerAsync();
        var refused = (await app.Post(Path, IntentBody.Usual.But($$"""{ "{{member}}": {{value}} }"""))).Expect(400);
        Assert.Equal((40001, member), (refused.Number("code"), refused.Text("data.field")));
    }

    [Fact]
    public async Task Counts_letters_and_shows_half_an_address_at_most()
    {
        var app = await Actors.SignerAsync();
        var letters = string.Concat(Enumerable.Repeat("😀", 200));
        var made = (await app.Post(Path, IntentBody.Usual.But($$"""
            { "title": "{{letters}}", "address": "海淀区1号", "remarks": "" }
            """))).Expect(201);
        Assert.Equal(letters, made.Text("data.title"));
        Assert.Equal(("海淀****", ""), (made.Text("data.address"), made.Text("data.remarks")));
        Assert.Equal(400, (await app.Post(Path, IntentBody.Usual.But($$"""{ "title": "{{letters}}😀" }"""))).Status);
    }

    [Fact]
    public async Task Refuses_what_has_another_form()
    {
        var app = await Actors.SignerAsync();
        await app.Post(Path, IntentBody.Usual.But("""{ "price": "5999" }"""));
        await app.Post(Path, IntentBody.Usual.But("""{ "quantity": 1.5 }"""));
        await app.Post(Path, IntentBody.Usual.But("""{ "colour": "red" }"""));
        await app.Post(Path, IntentBody.Usual.But($$"""{ "title": "{{new string('a', 201)}}" }"""));
        await app.With("Idempotency-Key", "short").Post(Path, IntentBody.Usual);

        Transcript.Matches();
    }

    [Fact]
    public async Task Makes_one_however_often_it_is_asked_with_a_key()
    {
        var app = await Actors.SignerAsync();
        var keyed = app.With("Idempotency-Key", Actors.Unique("key"));
        await keyed.Post(Path, IntentBody.Usual);
        await keyed.Post(Path, IntentBody.Usual.Replace("5999.50", "5999.5", StringComparison.Ordinal));
        await keyed.Post(Path, IntentBody.Usual.But("""{ "quantity": 3 }"""));
        await app.Get($"{Path}?fields=id,quantity");

        Transcript.Matches();
    }

    [Fact]
    public async Task Makes_one_of_many_at_the_same_moment()
    {
        var app = await Actors.SignerAsync();
        var keyed = app.With("Idempotency-Key", Actors.Unique("key"));
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => keyed.Quietly().Post(Path, IntentBody.Usual)));

        Assert.All(answers, static one => Assert.True(
            one.Status == 201 || (one.Status == 409 && one.Number("code") == 40902), one.ToString()));
        Assert.Single(
            answers.Where(static one => one.Status == 201).Select(static one => one.Text("data.id")).Distinct());
        Assert.Equal(1, (await app.Get(Path)).Number("data.total"));
    }

    [Fact]
    public async Task Asks_for_nothing_in_the_name_of_a_consumer_that_goes_away()
    {
        var app = await Actors.SignerAsync();
        var consumer = Subscriber.NumberOf(app.App.ConsumerId);
        await using var row = await HeldRow.OfConsumerThatGoesAsync(Api.Database, consumer);
        var waiting = app.Quietly().Post(Path, IntentBody.Usual);
        await row.AwaitedByAsync(1);
        await row.CommitAsync();

        Assert.Equal(40103, (await waiting).Expect(401).Number("code"));
        Assert.Equal(0L, await Api.Database.ValueAsync<long>(
            $"select count(*) from intents where consumer_id = {consumer}"));
    }

    [Fact]
    public async Task Keeps_nothing_of_a_person_in_the_clear()
    {
        var app = await Actors.SignerAsync();
        var phone = $"139{Random.Shared.Next(10_000_000, 99_999_999)}";
        var address = Actors.Unique("street");
        await app.With("Idempotency-Key", Actors.Unique("key")).Quietly().Post(
            Path, IntentBody.Usual.But($$"""{ "phone": "{{phone}}", "address": "{{address}}" }"""));

        Assert.Empty(await PlainText.FindAsync(Api.Database, phone, address));
        Assert.DoesNotContain(Api.Output.Concat(Api.Errors), line => line.Contains(phone) || line.Contains(address));
    }
}

namespace SupplyApi.Tests.Intents;

public sealed class UpdateIntentTests : ApiTest
{
    [Fact]
    public async Task Changes_what_is_sent()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        await app.Put($"/api/v1/intents/{intent}", """{ "quantity": 3, "phone": "13900005678" }""");
        await app.Get($"/api/v1/intents/{intent}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Submits_and_cancels()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync("""{ "status": "DRAFT" }""");
        await app.Put($"/api/v1/intents/{intent}", """{ "status": "SUBMITTED" }""");
        await app.Put($"/api/v1/intents/{intent}", """{ "status": "DRAFT" }""");
        await app.Put($"/api/v1/intents/{intent}", """{ "status": "CANCELLED" }""");
        await app.Put($"/api/v1/intents/{intent}", """{ "status": "CANCELLED" }""");
        await app.Put($"/api/v1/intents/{intent}", """{ "quantity": 1 }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Leaves_what_is_being_bought()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        await Actors.StepAsync(intent, "process");
        await app.Put($"/api/v1/intents/{intent}", """{ "status": "CANCELLED" }""");

        Transcript.Matches();
    }

    [Theory]
    [InlineData("{}", 40002)]
    [InlineData("""{ "status": "COMPLETED" }""", 40001)]
    [InlineData("""{ "price": 0 }""", 40001)]
    [InlineData("""{ "platform": "JD" }""", 40001)] // The page is still one of TAOBAO.
    [InlineData("""{ "productUrl": "https://item.jd.com/1.html" }""", 40001)]
    [InlineData("""{ "phone": 13800001234 }""", 40003)]
    [InlineData("""{ "id": "intent_1" }""", 40003)]
    [InlineData("[]", 40003)]
    public async Task Refuses(string body, long code)
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        Assert.Equal(code, (await app.Put($"/api/v1/intents/{intent}", body)).Expect(400).Number("code"));
    }

    [Fact]
    public async Task Hides_the_intents_of_others()
    {
        var (app, other) = (await Actors.SignerAsync(), await Actors.SignerAsync());
        var intent = await app.MakeAsync();
        (await other.Put($"/api/v1/intents/{intent}", """{ "quantity": 3 }""")).Expect(404);
        Assert.Equal("SUBMITTED", await app.StatusAsync(intent));
    }

    [Fact]
    public async Task Cancels_or_is_too_late()
    {
        var (app, admin) = (await Actors.SignerAsync(), await Actors.AdminAsync());
        for (var turn = 0; turn < 10; turn++)
        {
            var intent = await app.MakeAsync();
            var answers = await Task.WhenAll(
                app.Quietly().Put($"/api/v1/intents/{intent}", """{ "status": "CANCELLED" }"""),
                admin.Quietly().Post($"/api/intents/{intent}/process"));
            Assert.Equal([200, 409], answers.Select(static one => one.Status).Order());
            Assert.Equal(answers[0].Status == 200 ? "CANCELLED" : "PROCESSING", await app.StatusAsync(intent));
        }
    }
}

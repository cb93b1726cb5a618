namespace SupplyApi.Tests.Intents;

public sealed class DeleteIntentTests : ApiTest
{
    [Fact]
    public async Task Takes_it_away()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        await app.Delete($"/api/v1/intents/{intent}");
        await app.Delete($"/api/v1/intents/{intent}");
        await app.Get("/api/v1/intents");

        Transcript.Matches();
    }

    [Fact]
    public async Task Leaves_what_is_bought_on_record()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync();
        await Actors.StepAsync(intent, "process");
        await app.Delete($"/api/v1/intents/{intent}");
        await Actors.StepAsync(intent, "complete");
        await app.Delete($"/api/v1/intents/{intent}");

        Transcript.Matches();
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("cancelled")]
    [InlineData("failed")]
    public async Task Takes_what_nothing_was_bought_for(string state)
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync(state == "draft" ? """{ "status": "DRAFT" }""" : "{}");
        if (state == "cancelled")
            (await app.Put($"/api/v1/intents/{intent}", """{ "status": "CANCELLED" }""")).Expect(200);
        if (state == "failed") await Actors.StepAsync(intent, "process", "fail");
        (await app.Delete($"/api/v1/intents/{intent}")).Expect(204);
    }

    [Fact]
    public async Task Hides_the_intents_of_others()
    {
        var (app, other) = (await Actors.SignerAsync(), await Actors.SignerAsync());
        var intent = await app.MakeAsync();
        (await other.Delete($"/api/v1/intents/{intent}")).Expect(404);
        Assert.Equal("SUBMITTED", await app.StatusAsync(intent));
    }
}

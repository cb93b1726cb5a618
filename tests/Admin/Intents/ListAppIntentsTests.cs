using SupplyApi.Tests.Intents;

namespace SupplyApi.Tests.Admin.Intents;

/// <summary>The queue is that of all apps.</summary>
public sealed class ListAppIntentsTests : OwnProcessTest
{
    [Fact]
    public async Task Is_the_queue_of_what_is_to_be_bought()
    {
        var admin = await Actors.AdminAsync();
        var (one, two) = (await Actors.SignerAsync(), await Actors.SignerAsync());
        await one.MakeAsync();
        var failed = await one.MakeAsync("""{ "title": "Something else" }""");
        await two.MakeAsync("""{ "status": "DRAFT" }""");
        await Actors.StepAsync(failed, "process", "fail");
        await admin.Get("/api/intents");
        await admin.Get("/api/intents?status=SUBMITTED&page_size=1");
        await admin.Get("/api/intents?status=submitted");
        await admin.Get("/api/intents?page=0");

        Transcript.Matches();
    }
}

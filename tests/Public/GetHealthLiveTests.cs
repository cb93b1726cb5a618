namespace SupplyApi.Tests.Public;

/// <summary>That it also answers without its database is in Faults/DatabaseGoesAway.</summary>
public sealed class GetHealthLiveTests : ApiTest
{
    [Fact]
    public async Task Answers_anybody()
    {
        await Actors.Stranger().Get("/health/live");

        Transcript.Matches();
    }
}

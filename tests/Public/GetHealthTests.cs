namespace SupplyApi.Tests.Public;

public sealed class GetHealthTests : ApiTest
{
    [Fact]
    public async Task Answers_anybody()
    {
        await Actors.Stranger().Get("/health");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Public;

public sealed class GetApiHealthTests : ApiTest
{
    [Fact]
    public async Task Answers_without_a_signature()
    {
        await Actors.Stranger().Get("/api/v1/health");
        Transcript.Matches();
    }
}

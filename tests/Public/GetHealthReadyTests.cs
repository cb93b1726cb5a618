namespace SupplyApi.Tests.Public;

/// <summary>When it is not ready: Faults/DatabaseGoesAway and Startup/TerminationDrains.</summary>
public sealed class GetHealthReadyTests : ApiTest
{
    [Fact]
    public async Task Says_that_requests_may_come()
    {
        await Actors.Stranger().Get("/health/ready");

        Transcript.Matches();
    }
}

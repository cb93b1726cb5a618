namespace SupplyApi.Tests.Public;

/// <summary>That setup is required at first, and not any more after it: CompleteSetupTests.</summary>
public sealed class GetSetupStatusTests : ApiTest
{
    [Fact]
    public async Task Says_that_nothing_is_left_to_do()
    {
        await Api.FounderAsync();
        await Actors.Stranger().Get("/api/setup/status");

        Transcript.Matches();
    }
}

namespace SupplyApi.Tests.Public;

public sealed class GetPublicKeysTests : ApiTest
{
    [Fact]
    public async Task Shows_what_statements_are_signed_with()
    {
        await Actors.Stranger().Get("/.well-known/jwks.json");

        Transcript.Matches();
    }
}

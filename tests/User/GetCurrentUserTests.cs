namespace SupplyApi.Tests.User;

public sealed class GetCurrentUserTests : ApiTest
{
    [Fact]
    public async Task Shows_oneself()
    {
        var user = await Actors.UserAsync();
        await user.Get("/api/user/me");
        await user.TopUpAsync(12.500000001m);
        await user.Get("/api/user/me");

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_an_admin_as_one()
    {
        var admin = await Actors.AdminAsync();
        var shown = await admin.Get("/api/user/me");

        Assert.True(shown.At("is_admin")!.GetValue<bool>());
    }
}

namespace SupplyApi.Tests.Admin;

/// <summary>Policies bind all suppliers of a process.</summary>
public sealed class ListSupplyPoliciesTests : OwnProcessTest
{
    private const string Path = "/api/supply-policies";

    [Fact]
    public async Task Has_every_provider_from_the_start()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get(Path);
        await admin.Get($"{Path}?page=3&page_size=2");

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_others_and_pages_that_cannot_be()
    {
        await (await Actors.UserAsync()).Get(Path);
        var admin = await Actors.AdminAsync();
        await admin.Get($"{Path}?page=0");
        await admin.Get($"{Path}?page_size=101");

        Transcript.Matches();
    }
}

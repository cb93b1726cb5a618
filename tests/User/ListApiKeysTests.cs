namespace SupplyApi.Tests.User;

public sealed class ListApiKeysTests : ApiTest
{
    private const string Path = "/api/user/api-keys";

    [Fact]
    public async Task Shows_my_keys_newest_first_and_never_in_full()
    {
        var user = await Actors.UserAsync();
        await (await Actors.UserAsync()).Quietly().Post(Path, """{ "name": "Another user's" }""");
        await user.Get(Path);
        var first = (await user.Quietly().Post(Path, """{ "name": "First" }""")).Expect(200);
        await user.Quietly().Post(Path, """{ "name": "Second", "quota_limit": "5", "enabled": false }""");
        var keys = await user.Get(Path);

        Transcript.Matches();
        Assert.DoesNotContain(first.Text("key"), keys.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_what_a_key_used()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.MakeKeyAsync("""{ "name": "Limited", "quota_limit": "50" }""");
        (await sale.BuyAsync("!tokens=100,50,40")).Expect(200);
        (await sale.BuyAsync("!tokens=1,0")).Expect(200);
        await sale.ChargedAsync(2);
        await sale.Consumer.Console.Get(Path);

        Transcript.Matches();
    }
}

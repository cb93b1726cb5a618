namespace SupplyApi.Tests.Admin;

public sealed class UpdateUserTests : ApiTest
{
    [Fact]
    public async Task Sets_a_balance_written_as_text_or_number()
    {
        var (admin, user, path) = await BothAsync();
        await admin.Put(path, """{ "balance": "12.500000000" }""");
        await admin.Put(path, """{ "balance": 0.000000001 }""");
        await admin.Put(path, """{ "balance": "999999999999999" }""");
        await admin.Put(path, """{ "balance": 0 }""");
        await user.Get("/api/user/me");

        Transcript.Matches();
    }

    [Fact]
    public async Task The_same_again_changes_nothing()
    {
        var (admin, user, path) = await BothAsync();
        await admin.Put(path, """{ "balance": "7.25" }""");
        await admin.Put(path, """{ "balance": "7.25" }""");

        Assert.Equal(7.25m, await user.BalanceAsync());
    }

    [Fact]
    public async Task Balances_set_at_once_leave_one_of_them()
    {
        var (admin, user, path) = await BothAsync();
        // More than there are connections: they must not wait for each other's.
        var answers = await Task.WhenAll(Enumerable.Range(1, 60).Select(one =>
            admin.Quietly().Put(path, $$"""{ "balance": {{one}} }""")));

        for (var one = 1; one <= 60; one++) Assert.Equal(one, answers[one - 1].Expect(200).Amount("balance"));
        Assert.InRange(await user.BalanceAsync(), 1, 60);
    }

    [Fact]
    public async Task Makes_and_unmakes_an_admin_at_once()
    {
        var (admin, user, path) = await BothAsync();
        await user.Put(path, """{ "balance": 1 }""");
        await admin.Put(path, """{ "is_admin": true }""");
        await user.Put(path, """{ "balance": 1 }""");
        await admin.Put(path, """{ "is_admin": false }""");
        await user.Put(path, """{ "balance": 2 }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Leaves_alone_what_was_not_named()
    {
        var (admin, user, path) = await BothAsync();
        await admin.Put(path, """{ "balance": "5", "group_id": 1, "is_admin": true }""");
        await admin.Put(path, """{ "group_id": 1 }""");
        var after = await user.Get("/api/user/me");

        Assert.Equal(5, after.Amount("balance"));
        Assert.True(after.At("is_admin")!.GetValue<bool>());
    }

    [Fact]
    public async Task Refuses_what_cannot_be_set()
    {
        var (admin, user, path) = await BothAsync();
        await admin.Put(path, "{}");
        await admin.Put(path, """{ "balance": -1 }""");
        await admin.Put(path, """{ "balance": "0.0000000001" }""");
        await admin.Put(path, """{ "balance": "1000000000000000" }""");
        await admin.Put(path, """{ "balance": "1e3" }""");
        await admin.Put(path, """{ "balance": "much" }""");
        await admin.Put(path, """{ "group_id": 9000000000 }""");
        await admin.Put(path, """{ "is_admin": "yes" }""");
        await admin.Put(path, """{ "username": "another" }""");
        await admin.Put(path, """{ "balance": 5, "group_id": 9000000000 }""");
        await admin.Put($"/api/users/{admin.Id}", """{ "is_admin": false }""");

        Transcript.Matches();
        Assert.Equal(0, await user.BalanceAsync());
    }

    [Fact]
    public async Task Sets_and_clears_the_phone()
    {
        var (admin, user, path) = await BothAsync();
        await admin.Put(path, """{ "phone": "13800001234" }""");
        await user.Post("/api/v1/supply/settlements/sms-code", """{ "phone": "13800005678" }""");
        await user.Post("/api/v1/supply/settlements/sms-code", "{}");
        await admin.Put(path, """{ "phone": "" }""");
        await admin.Put(path, """{ "phone": "12345" }""");
        await user.Post("/api/v1/supply/settlements/sms-code", "{}");

        Transcript.Matches();
        Assert.Contains("admin.user.update 138****1234", await CodeRows.DeedsAsync(Api.Database, user.Id));
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var admin = await Actors.AdminAsync();
        await admin.Put("/api/users/9000000000", """{ "balance": 1 }""");
        await admin.Put("/api/users/0", """{ "balance": 1 }""");

        Transcript.Matches();
    }

    private async Task<(Actor Admin, Actor User, string Path)> BothAsync()
    {
        var admin = await Actors.AdminAsync();
        var user = await Actors.UserAsync();
        return (admin, user, $"/api/users/{user.Id}");
    }
}

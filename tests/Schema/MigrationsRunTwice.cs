namespace SupplyApi.Tests.Schema;

/// <summary>Two nodes may start at once, and a deployment may be repeated.</summary>
public sealed class MigrationsRunTwice
{
    [Fact]
    public async Task One_after_the_other()
    {
        var database = await TestDatabase.EmptyAsync();
        await MigrateAsync(database);
        var once = await Catalog.ReadAsync(database);
        await MigrateAsync(database);

        Assert.NotEmpty(once);
        Assert.Equal(once, await Catalog.ReadAsync(database));
    }

    [Fact]
    public async Task At_the_same_time()
    {
        var database = await TestDatabase.EmptyAsync();
        await Task.WhenAll(MigrateAsync(database), MigrateAsync(database), MigrateAsync(database));

        Assert.Equal(await Catalog.ReadAsync(await TestDatabase.MigratedAsync()), await Catalog.ReadAsync(database));
    }

    private static async Task MigrateAsync(TestDatabase database)
    {
        var finished = await SupplyApiProcess.MigrateAsync(database.ConnectionString);
        Assert.True(finished.ExitCode == 0, string.Join('\n', finished.Errors));
    }
}

namespace SupplyApi.Tests.Schema;

/// <summary>schema.sql is for reading; this keeps it true.</summary>
public sealed class SchemaIsTheSumOfMigrations
{
    [Fact]
    public async Task Down_to_the_order_of_columns()
    {
        var written = await TestDatabase.EmptyAsync();
        var schema = Path.Combine(Repository.Root, "src", "Host", "Database", "schema.sql");
        await written.RunAsOwnerAsync(await File.ReadAllTextAsync(schema));

        var migrated = await Catalog.ReadAsync(await TestDatabase.MigratedAsync());
        var read = await Catalog.ReadAsync(written);
        Assert.True(migrated.Count > 10, "The migrations made next to nothing.");
        var differences = migrated.Except(read).Select(static line => $"only the migrations have: {line}")
            .Concat(read.Except(migrated).Select(static line => $"only schema.sql has: {line}"))
            .ToList();
        if (differences.Count > 0) Assert.Fail(string.Join('\n', differences));
    }

    [Fact]
    public async Task And_the_comparison_bites()
    {
        var database = await TestDatabase.MigratedAsync();
        var before = await Catalog.ReadAsync(database);
        await database.RunAsOwnerAsync("create table one (a int not null default 1, b text check (b <> ''))");
        var after = await Catalog.ReadAsync(database);

        Assert.Equal(
            [
                "column one   1 a integer not null default 1", "column one   2 b text",
                "constraint one one_b_check CHECK ((b <> ''::text))", "relation one r p",
            ],
            after.Except(before));
    }
}

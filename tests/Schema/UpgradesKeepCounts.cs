namespace SupplyApi.Tests.Schema;

/// <summary>Intents that were there before the migrations of their counts are counted by these.</summary>
public sealed class UpgradesKeepCounts
{
    private const string FirstOfCounts = "0023_";

    private const string Table = """
        create table schema_migrations (name text primary key, applied_at timestamptz not null default now())
        """;

    private const string Intents = """
        insert into intents (tenant_id, consumer_id, user_id, platform, product_url, title, price, quantity, personal,
                             status, created_at, updated_at)
        select 1, id % 2, 'user', (array['TAOBAO', 'JD', 'PDD'])[1 + id % 3], 'https://item.jd.com/1.html',
               'Title ' || id % 5, 0.01 + id * id, 1, 'sealed', (array['DRAFT', 'FAILED'])[1 + id % 2],
               timestamptz '2026-01-31 23:59:59Z' + make_interval(hours => id * 5), now()
          from generate_series(1, 200) as id
        """;

    private const string Counted = """
        select string_agg(line, ',' order by line)
          from (select concat_ws(' ', consumer_id, day, status, platform, sum(intents)) as line
                  from intent_days group by consumer_id, day, status, platform having sum(intents) > 0
                union all
                select concat_ws(' ', 'at', consumer_id, band, day, status, platform, sum(intents))
                  from intent_fine_prices group by consumer_id, band, day, status, platform having sum(intents) > 0
                union all
                select concat_ws(' ', 'band', consumer_id, band, day, status, platform, sum(intents))
                  from intent_prices group by consumer_id, band, day, status, platform having sum(intents) > 0) as lines
        """;

    private const string Titles = """
        select string_agg(concat_ws(' ', consumer_id, title, counts[1] + counts[2] + counts[3]
                                    + counts[13] + counts[14] + counts[15]), ',' order by consumer_id, title)
          from intent_titles
        """;

    private const string TitlesOfIntents = """
        select string_agg(concat_ws(' ', consumer_id, title, intents), ',' order by consumer_id, title)
          from (select consumer_id, title, count(*) as intents from intents group by 1, 2) as known
        """;

    [Fact]
    public async Task Of_intents_in_every_form()
    {
        var database = await TestDatabase.EmptyAsync();
        await database.RunAsOwnerAsync(Table);
        var folder = Path.Combine(Repository.Root, "src", "Host", "Database", "Migrations");
        foreach (var file in Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (string.CompareOrdinal(name, FirstOfCounts) >= 0) break;
            await database.RunAsOwnerAsync(await File.ReadAllTextAsync(file));
            await database.RunAsOwnerAsync($"insert into schema_migrations (name) values ('{name}')");
        }

        await database.RunAsOwnerAsync(Intents);
        var before = await database.ValueAsync<string>(Counted);
        var finished = await SupplyApiProcess.MigrateAsync(database.ConnectionString);
        Assert.True(finished.ExitCode == 0, string.Join('\n', finished.Errors));

        // What nodes of the version before read is what it was.
        Assert.Equal(before, await database.ValueAsync<string>(Counted));
        Assert.Equal(await database.ValueAsync<string>(TitlesOfIntents), await database.ValueAsync<string>(Titles));
    }
}

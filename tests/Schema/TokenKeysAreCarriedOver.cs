namespace SupplyApi.Tests.Schema;

/// <summary>What was registered before keys were one credential's: of the same the oldest keeps it.</summary>
public sealed class TokenKeysAreCarriedOver
{
    private const string Migration = "0026_token_keys.sql";

    // Whose they are does not matter here.
    private const string Before = """
        alter table consumer_credentials drop constraint consumer_credentials_consumer_fkey;
        insert into consumer_credentials (id, tenant_id, consumer_id, mode, status, issuer, audience, jwks, created_at,
                                          updated_at)
        select id, id, id, case when jwks is null then 'HMAC' else 'JWT' end, 'ACTIVE', 'https://a', audience,
               jwks::jsonb, now(), now()
          from (values
            (1, 'named', '{"keys": [{"kid": "a"}, {"kid": "b"}]}'),
            (2, 'named', '{"keys": [{"kid": "b"}, {"kid": "c"}]}'),
            (3, 'named', '{"keys": [{}]}'),
            (4, 'unnamed', '{"keys": [{}]}'),
            (5, 'unnamed', '{"keys": [{"kid": "a"}]}'),
            (6, 'unnamed', '{"keys": [{}]}'),
            (7, 'alone', '{"keys": [{}]}'),
            (8, null, null)) one (id, audience, jwks);
        """;

    private const string Kept = """
        select string_agg(audience || ' ' || credential_id || ':' || kid, ', ' order by credential_id, kid)
          from consumer_token_keys
        """;

    [Fact]
    public async Task The_oldest_keeps_them()
    {
        var database = await TestDatabase.EmptyAsync();
        var folder = Path.Combine(Repository.Root, "src", "Host", "Database", "Migrations");
        var files = Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal)
            .TakeWhile(static file => string.CompareOrdinal(Path.GetFileName(file), Migration) < 0);
        foreach (var file in files) await database.RunAsOwnerAsync(await File.ReadAllTextAsync(file));
        await database.RunAsOwnerAsync(Before);
        await database.RunAsOwnerAsync(await File.ReadAllTextAsync(Path.Combine(folder, Migration)));

        Assert.Equal(
            "named 1:a, named 1:b, named 2:c, unnamed 4:, alone 7:", await database.ValueAsync<string>(Kept));
    }
}

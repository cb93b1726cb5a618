using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>What is kept of a credential's keys or secrets, which no operation shows.</summary>
internal static class SecretRows
{
    // A new one begins where the overlap of the one before it begins.
    private const string All = """
        select encode(key_hash, 'hex'), hint, coalesce(valid_until > now(), true),
               round(extract(epoch from valid_until - lead(created_at) over (order by id)))::int
          from consumer_secrets
         where credential_id = $1
         order by id
        """;

    /// <summary>The oldest first.</summary>
    internal static async Task<List<SecretRow>> OfAsync(TestDatabase database, string credentialId)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(All, connection)
        {
            Parameters =
            {
                new() { Value = long.Parse(credentialId["cred_".Length..], CultureInfo.InvariantCulture) },
            },
        };
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<SecretRow>();
        while (await row.ReadAsync())
        {
            rows.Add(new SecretRow(
                row.IsDBNull(0) ? null : row.GetString(0), row.GetString(1), row.GetBoolean(2),
                row.IsDBNull(3) ? null : row.GetInt32(3)));
        }

        return rows;
    }

    internal static string Of(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <param name="Hash">Of an API key.</param>
/// <param name="Overlap">For how many seconds it stays good beside the next; null until there is one.</param>
internal sealed record SecretRow(string? Hash, string Hint, bool IsGood, int? Overlap);

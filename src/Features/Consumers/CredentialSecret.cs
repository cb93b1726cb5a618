using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>
/// What a credential opens with: an API key, kept as a hash, or an HMAC secret, which must be read again.
/// </summary>
internal static class CredentialSecret
{
    private const int HintStart = 8;
    private const int HintEnd = 4;

    private const string NextId = "select nextval(pg_get_serial_sequence('consumer_secrets', 'id'))";

    private const string Insert = """
        insert into consumer_secrets (id, credential_id, key_hash, sealed, hint, created_at)
        values ($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>The row that a sealed secret belongs to.</summary>
    internal static string SealedFor(long id) => $"consumer_secret/{id}";

    /// <summary>Makes a new one beside what is there; who asked for it sees it, and nobody else.</summary>
    internal static async Task<string> MakeAsync(
        NpgsqlConnection connection, long credential, string mode, Secrets secrets, DateTimeOffset now,
        CancellationToken ct)
    {
        var isKey = mode == AuthTypes.ApiKey;
        var secret = isKey ? Secrets.NewConsumerKey() : Secrets.NewAppSecret();
        var id = await connection.Command(NextId).ValueAsync<long>(ct);
        await connection.Command(Insert)
            .With(id).With(credential)
            .WithNullable(isKey ? Secrets.Hash(secret) : null, NpgsqlDbType.Bytea)
            .WithNullable(isKey ? null : secrets.Seal(secret, SealedFor(id)), NpgsqlDbType.Bytea)
            .With($"{secret[..HintStart]}...{secret[^HintEnd..]}").With(now)
            .RunAsync(ct);
        return secret;
    }
}

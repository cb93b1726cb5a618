using System.Net;
using System.Text;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Signing;

/// <summary>An HMAC credential, as this node knows it: who calls by it, and on what terms.</summary>
/// <param name="IsOpen">It and its consumer are active.</param>
internal sealed record App(
    SignedApp Identity, bool IsOpen, string SignatureHeader, TimeSpan Tolerance, IPNetwork[] AllowedAddresses,
    int PerSecond, DateTime? ExpiresAt)
{
    private const int PerSecondUsual = 100;

    private const string Find = """
        select credential.id, credential.consumer_id, credential.tenant_id, consumer.user_id,
               credential.status = 'ACTIVE' and consumer.status = 'ACTIVE', credential.header_name,
               credential.timestamp_tolerance, credential.allowed_ips, credential.qps, credential.expires_at,
               secrets.ids, secrets.boxes, secrets.ends
          from consumer_credentials credential
          join consumers consumer on consumer.id = credential.consumer_id
          cross join lateral (
            select coalesce(array_agg(secret.id), '{}') as ids, coalesce(array_agg(secret.sealed), '{}') as boxes,
                   coalesce(array_agg(coalesce(secret.valid_until, 'infinity')), '{}') as ends
              from consumer_secrets secret
             where secret.credential_id = credential.id and secret.sealed is not null
          ) secrets
         where credential.app_id = $1 and credential.mode = 'HMAC'
        """;

    private IReadOnlyList<(byte[] Key, DateTime Until)> keys = [];

    internal bool IsValid(DateTimeOffset now) => IsOpen && (ExpiresAt is null || now < ExpiresAt);

    /// <summary>The present secret, and after a rotation the one before for as long as it was given.</summary>
    internal IEnumerable<byte[]> KeysAt(DateTimeOffset now)
    {
        foreach (var (key, until) in keys)
        {
            if (until == DateTime.MaxValue || now < until) yield return key;
        }
    }

    internal static async Task<App?> FindAsync(
        NpgsqlConnection connection, Secrets secrets, string appId, CancellationToken ct)
    {
        var row = await connection.Command(Find).With(appId).OneAsync<Row>(ct);
        if (row is null) return null;

        var opened = new List<(byte[], DateTime)>();
        foreach (var (id, box, until) in row.Secrets)
        {
            if (secrets.Open(box, CredentialSecret.SealedFor(id)) is { } key)
                opened.Add((Encoding.UTF8.GetBytes(key), until));
        }

        return row.App with { keys = opened };
    }

    private sealed record Row(App App, IReadOnlyList<(long Id, byte[] Box, DateTime Until)> Secrets) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row)
        {
            var app = new App(
                new SignedApp(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), row.GetBoolean(4),
                row.TextOrNull(5) ?? HmacSettings.Usual.HeaderName,
                TimeSpan.FromSeconds(row.ValueOrNull<int>(6) ?? HmacSettings.Usual.TimestampTolerance),
                AddressRanges.Read(row.GetFieldValue<string[]>(7)), row.ValueOrNull<int>(8) ?? PerSecondUsual,
                row.ValueOrNull<DateTime>(9));
            var boxes = row.GetFieldValue<byte[][]>(11);
            var ends = row.GetFieldValue<DateTime[]>(12);
            return new Row(app, [.. row.GetFieldValue<long[]>(10).Select((id, at) => (id, boxes[at], ends[at]))]);
        }
    }
}

/// <summary>Who signed a request: a credential, its consumer, and whose they are.</summary>
internal sealed record SignedApp(long CredentialId, long ConsumerId, long TenantId, long UserId);

using System.Collections.Frozen;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>A credential that is good, with all that its consumer has subscribed to.</summary>
internal sealed record SubscriberRow(KeyHolder Holder, PublicKeySet? Keys) : IRow<SubscriberRow>
{
    private const string ActivePlans = """
        from subscriptions plan where plan.consumer_id = consumer.id and plan.status = 'ACTIVE' order by plan.id
        """;

    private const string Columns = $"""
        consumer.user_id, consumer.tenant_id, credential.allowed_ips, consumer.id, credential.id,
        credential.header_name, credential.prefix, coalesce(credential.qps, 0), credential.jwks::text,
        array(select (select product.model from products product where product.id = plan.product_id) {ActivePlans}),
        array(select plan.id {ActivePlans}),
        array(select coalesce(plan.package_id, 0) {ActivePlans}),
        array(select coalesce(plan.expires_at, 'infinity') {ActivePlans}),
        array(select coalesce(plan.agreed_input_price, -1) {ActivePlans}),
        array(select coalesce(plan.agreed_output_price, -1) {ActivePlans})
        """;

    private const string IsGood = """
        credential.status = 'ACTIVE' and consumer.status = 'ACTIVE'
           and (credential.expires_at is null or credential.expires_at > $2)
        """;

    /// <summary>$1 the hash of a key, $2 now.</summary>
    internal const string ByKey = $"""
        select {Columns}, least(credential.expires_at, secret.valid_until)
          from consumer_secrets secret
          join consumer_credentials credential on credential.id = secret.credential_id
          join consumers consumer on consumer.id = credential.consumer_id
         where secret.key_hash = $1 and (secret.valid_until is null or secret.valid_until > $2) and {IsGood}
        """;

    /// <summary>$1 the credential, $2 now.</summary>
    internal const string ById = $"""
        select {Columns}, credential.expires_at
          from consumer_credentials credential
          join consumers consumer on consumer.id = credential.consumer_id
         where credential.id = $1 and {IsGood}
        """;

    /// <summary>
    /// $1 issuer, $2 now, $3 audiences, $4 kids. Of one audience they are one credential's; where a token is for
    /// several, the first of them that is registered counts, whoever else registered the others.
    /// </summary>
    internal const string ByToken = $"""
        select {Columns}, credential.expires_at
          from consumer_token_keys named
          join consumer_credentials credential on credential.id = named.credential_id
          join consumers consumer on consumer.id = credential.consumer_id
         where token_realm(named.issuer, named.audience) in (select token_realm($1, one) from unnest($3) one)
           and named.kid = any($4) and {IsGood}
         order by array_position($3, named.audience)
         limit 1
        """;

    public static SubscriberRow Read(NpgsqlDataReader row) => new(
        new KeyHolder(
            0, row.GetInt64(0), row.GetInt64(1), [], AddressRanges.Read(row.GetFieldValue<string[]>(2)), QuotaLimit: 0)
        {
            Subscriber = new Subscriber(
                row.GetInt64(3), row.GetInt64(4), row.TextOrNull(5), row.TextOrNull(6), row.GetInt32(7),
                row.ValueOrNull<DateTimeOffset>(15) ?? DateTimeOffset.MaxValue, PlansOf(row)),
        },
        row.TextOrNull(8) is { } keys ? PublicKeySet.Read(keys) : null);

    private static FrozenDictionary<string, Plan> PlansOf(NpgsqlDataReader row)
    {
        var models = row.GetFieldValue<string[]>(9);
        if (models.Length == 0) return FrozenDictionary<string, Plan>.Empty;
        var (ids, packages) = (row.GetFieldValue<long[]>(10), row.GetFieldValue<long[]>(11));
        var ends = row.GetFieldValue<DateTime[]>(12);
        var (inputs, outputs) = (row.GetFieldValue<decimal[]>(13), row.GetFieldValue<decimal[]>(14));
        var plans = new Dictionary<string, Plan>(StringComparer.Ordinal);
        for (var at = 0; at < models.Length; at++)
        {
            var until = ends[at] == DateTime.MaxValue ? DateTimeOffset.MaxValue : new DateTimeOffset(ends[at]);
            plans[models[at]] = inputs[at] < 0
                ? new Plan(ids[at], packages[at], until)
                : new Plan(ids[at], packages[at], until, inputs[at], outputs[at]);
        }

        return plans.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

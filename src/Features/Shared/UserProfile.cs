namespace SupplyApi.Features.Shared;

/// <summary>A user as the platform surface shows one: to oneself, after signing in, to an admin.</summary>
internal sealed record UserProfile(
    long Id, string Username, string Email, bool EmailVerified, string AvatarUrl,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal Balance,
    long GroupId, UserGroup Group, string ReferralCode, bool IsAdmin, DateTime CreatedAt, DateTime UpdatedAt)
    : IRow<UserProfile>
{
    private const string Find = """
        select person.id, person.username, person.email, person.email_verified, person.avatar_url, person.group_id,
               belongs.name, belongs.multiplier, person.referral_code, person.is_admin, person.created_at,
               person.updated_at, person.tenant_id
          from users person
          join user_groups belongs on belongs.id = person.group_id
         where person.id = $1
        """;

    [JsonIgnore]
    internal long TenantId { get; private init; }

    public static UserProfile Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetString(4), 0,
        row.GetInt64(5), new UserGroup(row.GetInt64(5), row.GetString(6), row.GetDecimal(7)), row.GetString(8),
        row.GetBoolean(9), row.GetDateTime(10), row.GetDateTime(11))
    { TenantId = row.GetInt64(12) };

    internal static async Task<UserProfile?> FindAsync(NpgsqlConnection connection, long userId, CancellationToken ct)
    {
        var profile = await connection.Command(Find).With(userId).OneAsync<UserProfile>(ct);
        return profile is null
            ? null
            : profile with { Balance = await connection.SpendableAsync(profile.TenantId, ct) };
    }
}

internal sealed record UserGroup(
    long Id, string Name, [property: JsonConverter(typeof(MoneyTextJson))] decimal Multiplier);

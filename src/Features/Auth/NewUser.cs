namespace SupplyApi.Features.Auth;

/// <summary>Making a user: the same rules for the first admin and for everybody after.</summary>
internal static class NewUser
{
    private const int NameMin = 3;
    private const int TextMax = 100;
    private const int PasswordMin = 8;
    private const int PasswordMax = 256;

    // The tenant is the user: the id is drawn first so that one row can name both.
    private const string Insert = """
        insert into users (id, tenant_id, username, email, email_verified, password_hash, group_id, referral_code,
                           is_admin, created_at, updated_at)
        select fresh.id, fresh.id, $1, $2, $3, $4, (select id from user_groups where name = 'user'), $5, $3, $6, $6
          from nextval(pg_get_serial_sequence('users', 'id')) as fresh (id)
        returning id
        """;

    internal static Refusal? Check(string username, string email, string password)
    {
        var name = username.Trim();
        if (name.Length == 0) return Errors.Invalid("username", "username is required");
        if (name.Length < NameMin) return Errors.Invalid("username", "username is too short");
        if (name.Length > TextMax) return Errors.Invalid("username", "username is too long");
        if (name.Any(char.IsControl) || name.Contains('@', StringComparison.Ordinal))
            return Errors.Invalid("username", "username must not hold '@' or control characters");
        var address = email.Trim();
        if (address.Length > TextMax) return Errors.Invalid("email", "email is too long");
        var at = address.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || at == address.Length - 1 || address.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return Errors.Invalid("email", "valid email is required");
        if (password.Length < PasswordMin)
            return Errors.Invalid("password", "password must be at least 8 characters");
        if (password.Length > PasswordMax)
            return Errors.Invalid("password", "password must be at most 256 characters");
        return null;
    }

    /// <summary>Inserts inside the caller's transaction; the unique indexes decide who was first.</summary>
    internal static async Task<(long Id, Refusal? Refusal)> InsertAsync(
        NpgsqlConnection connection, string username, string email, string passwordHash, bool isAdmin,
        DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            var id = await connection.Command(Insert)
                .With(username.Trim()).With(email.Trim().ToLowerInvariant()).With(isAdmin).With(passwordHash)
                .With(Secrets.NewReferralCode()).With(now)
                .ValueAsync<long>(ct);
            return (id, null);
        }
        catch (PostgresException error) when (error.Violates("users_username_key"))
        {
            return (0, Errors.Taken("username"));
        }
        catch (PostgresException error) when (error.Violates("users_email_key"))
        {
            return (0, Errors.Taken("email"));
        }
    }
}

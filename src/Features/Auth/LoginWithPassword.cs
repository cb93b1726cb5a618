namespace SupplyApi.Features.Auth;

/// <summary>
/// Signs in with a user name or e-mail address. Unknown names and wrong passwords look and take the same.
/// </summary>
internal static class LoginWithPassword
{
    internal sealed record Request(
        string Identifier, string Password, string? CaptchaToken = null, bool? AgreementAccepted = null);

    private sealed record Row(long Id, string? PasswordHash, int Epoch) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.TextOrNull(1), row.GetInt32(2));
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/password/login", Handle)
        .WithName("loginWithPassword");

    // A user name cannot hold an '@', so a name is never taken for another's address.
    private const string Find = """
        select id, password_hash, session_epoch
          from users
         where lower(username) = lower($1) or lower(email) = lower($1)
        """;

    private const string AdminExists = "select exists (select 1 from users where is_admin)";

    private static async Task<IResult> Handle(
        Request body, HttpContext http, NpgsqlDataSource db, Secrets secrets, SignInThrottle throttle,
        SiteSettings site, TimeProvider clock, CancellationToken ct)
    {
        var identifier = body.Identifier.Trim();
        if (throttle.Login(http, identifier) is { } tooMany) return tooMany;
        if (identifier.Length == 0 || body.Password.Length == 0)
            return Errors.Invalid(
                identifier.Length == 0 ? "identifier" : "password", "username/email and password are required");
        if (!await site.IsOnAsync("password_login_enabled", ct)) return Errors.SignInDisabled("password login");

        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.Command(AdminExists).ValueAsync<bool>(ct)) return Errors.SetupRequired;

        var found = await connection.Command(Find).With(identifier).OneAsync<Row>(ct);
        // Hashes wait for each other: whoever stands in that row must not keep a connection from everybody else.
        await connection.CloseAsync();
        if (!await PasswordHash.MatchesAsync(body.Password, found?.PasswordHash)) return Errors.WrongPassword;

        await connection.OpenAsync(ct);
        var user = await UserProfile.FindAsync(connection, found!.Id, ct);
        var token = SessionToken.Issue(secrets, found.Id, found.Epoch, clock.GetUtcNow());
        return TypedResults.Ok(new SignedIn(token, user!));
    }
}

[JsonSerializable(typeof(LoginWithPassword.Request))]
[JsonSerializable(typeof(SignedIn))]
internal sealed partial class LoginWithPasswordJson : JsonSerializerContext;

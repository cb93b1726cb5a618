namespace SupplyApi.Features.Auth;

/// <summary>A newcomer makes an account and is signed in.</summary>
internal static class RegisterWithPassword
{
    internal sealed record Request(
        string Username, string Email, string Password, string? EmailCode = null, string? CaptchaToken = null,
        string? ReferralCode = null, bool? AgreementAccepted = null);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/password/register", Handle)
        .WithName("registerWithPassword");

    private const string AdminExists = "select exists (select 1 from users where is_admin)";

    private static async Task<IResult> Handle(
        Request body, HttpContext http, NpgsqlDataSource db, Secrets secrets, SignInThrottle throttle,
        SiteSettings site, TimeProvider clock, CancellationToken ct)
    {
        if (throttle.Registration(http) is { } tooMany) return tooMany;
        if (NewUser.Check(body.Username, body.Email, body.Password) is { } invalid) return invalid;
        if (!await site.IsOnAsync("password_registration_enabled", ct))
            return Errors.SignInDisabled("password registration");

        var hash = await PasswordHash.MakeAsync(body.Password);
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.Command(AdminExists).ValueAsync<bool>(ct)) return Errors.SetupRequired;
        var (id, taken) = await NewUser.InsertAsync(
            connection, body.Username, body.Email, hash, isAdmin: false, now, ct);
        if (taken is not null) return taken;

        var user = await UserProfile.FindAsync(connection, id, ct);
        return TypedResults.Ok(new SignedIn(SessionToken.Issue(secrets, id, epoch: 0, now), user!));
    }
}

[JsonSerializable(typeof(RegisterWithPassword.Request))]
[JsonSerializable(typeof(SignedIn))]
internal sealed partial class RegisterWithPasswordJson : JsonSerializerContext;

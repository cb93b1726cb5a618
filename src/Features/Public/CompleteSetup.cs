using SupplyApi.Features.Auth;

namespace SupplyApi.Features.Public;

/// <summary>Makes the first admin, once in the life of a database.</summary>
internal static class CompleteSetup
{
    private const int SiteNameMax = 80;

    internal sealed record Request(string SiteName, string Username, string Email, string Password);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/setup", Handle)
        .WithName("completeSetup");

    // Two set-ups at the same moment wait here; the second then finds the first one's admin.
    private const string Lock = "select pg_advisory_xact_lock(hashtext('first admin'))";

    private const string AdminExists = "select exists (select 1 from users where is_admin)";

    private static async Task<IResult> Handle(
        Request body, HttpContext http, NpgsqlDataSource db, Secrets secrets, SignInThrottle throttle,
        TimeProvider clock, CancellationToken ct)
    {
        if (throttle.Setup(http) is { } tooMany) return tooMany;
        var siteName = body.SiteName.Trim();
        if (siteName.Length == 0) return Errors.Invalid("site_name", "site name is required");
        if (siteName.Length > SiteNameMax) return Errors.Invalid("site_name", "site name is too long");
        if (NewUser.Check(body.Username, body.Email, body.Password) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        if (await connection.Command(AdminExists).ValueAsync<bool>(ct)) return Errors.SetupComplete;

        var hash = await PasswordHash.MakeAsync(body.Password);
        var now = clock.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(Lock).RunAsync(ct);
        if (await connection.Command(AdminExists).ValueAsync<bool>(ct)) return Errors.SetupComplete;

        var (id, taken) = await NewUser.InsertAsync(
            connection, body.Username, body.Email, hash, isAdmin: true, now, ct);
        if (taken is not null) return taken;
        await connection.Command(SiteSettings.Put).With("site_name").With(siteName).RunAsync(ct);
        var caller = new Caller(id, id, IsAdmin: true, http.TraceIdentifier);
        await connection.AuditAsync(caller, new AuditEntry("platform.setup.complete", "user", id)
        {
            After = new() { ["site_name"] = siteName, ["is_admin"] = true },
        }, now, ct);
        await transaction.CommitAsync(ct);

        var user = await UserProfile.FindAsync(connection, id, ct);
        return TypedResults.Ok(new SignedIn(SessionToken.Issue(secrets, id, epoch: 0, now), user!));
    }
}

[JsonSerializable(typeof(CompleteSetup.Request))]
[JsonSerializable(typeof(SignedIn))]
internal sealed partial class CompleteSetupJson : JsonSerializerContext;

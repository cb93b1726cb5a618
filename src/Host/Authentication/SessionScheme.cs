using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using SupplyApi.Features.Auth;

namespace SupplyApi.Host.Authentication;

/// <summary>
/// People: Authorization: Bearer with a session's JWT. The user is read fresh, so rights end at once.
/// </summary>
internal sealed class SessionScheme(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    NpgsqlDataSource db, Secrets secrets, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    internal const string Name = "Session";
    internal const string AdminRole = "admin";

    private const string Find = "select tenant_id, is_admin, session_epoch from users where id = $1";

    private Refusal refusal = Errors.Unauthenticated;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!BearerToken.TryRead(Request, out var text)) return AuthenticateResult.NoResult();
        var token = text.ToString();
        if (token.StartsWith(Secrets.ApiKeyPrefix, StringComparison.Ordinal)) return Refuse(Errors.ApiKeyNotHere);
        if (SessionToken.Verify(secrets, token, clock.GetUtcNow()) is not { } session)
            return Refuse(Errors.InvalidSession);

        await using var connection = await db.OpenConnectionAsync(Context.RequestAborted);
        var user = await connection.Command(Find).With(session.UserId).OneAsync<Row>(Context.RequestAborted);
        if (user is null || user.Epoch != session.Epoch) return Refuse(Errors.InvalidSession);

        Context.Features.Set(new Caller(session.UserId, user.TenantId, user.IsAdmin, Context.TraceIdentifier));
        var identity = new ClaimsIdentity(Name);
        if (user.IsAdmin) identity.AddClaim(new Claim(identity.RoleClaimType, AdminRole));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => refusal.ExecuteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Errors.AdminOnly.ExecuteAsync(Context);

    private AuthenticateResult Refuse(Refusal why)
    {
        refusal = why;
        return AuthenticateResult.Fail(why.Message);
    }

    private sealed record Row(long TenantId, bool IsAdmin, int Epoch) : IRow<Row>
    {
        public static Row Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetBoolean(1), row.GetInt32(2));
    }
}

using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using SupplyApi.Features.Gateway;

namespace SupplyApi.Host.Authentication;

/// <summary>
/// Machines: an sk- key in Authorization: Bearer, x-api-key (Anthropic's clients) or x-goog-api-key (Gemini's).
/// </summary>
internal sealed class KeyScheme(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyDirectory keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    internal const string Name = "Key";

    private Refusal refusal = Errors.Unauthenticated;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var key = BearerToken.Of(Request) ?? Header("x-api-key") ?? Header("x-goog-api-key");
        if (key is null) return AuthenticateResult.NoResult();

        var hasForm =
            key.Length == Secrets.ApiKeyLength && key.StartsWith(Secrets.ApiKeyPrefix, StringComparison.Ordinal);
        var holder = hasForm ? await keys.FindAsync(key, Context.RequestAborted) : null;
        if (holder is null) return Refuse(Errors.InvalidApiKey);
        if (!holder.Allows(Context.Connection.RemoteIpAddress)) return Refuse(Errors.ClosedToAddress);

        Context.Features.Set(holder);
        return AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Name)), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => refusal.ExecuteAsync(Context);

    private AuthenticateResult Refuse(Refusal why)
    {
        refusal = why;
        return AuthenticateResult.Fail(why.Message);
    }

    private string? Header(string name) => Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}

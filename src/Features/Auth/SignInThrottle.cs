using System.Net;
using System.Threading.RateLimiting;

namespace SupplyApi.Features.Auth;

/// <summary>Slows down guessing: per client address, and per name so that many addresses do not help.</summary>
internal sealed class SignInThrottle : IDisposable
{
    private readonly PartitionedRateLimiter<string> logins = PerMinute(15);
    private readonly PartitionedRateLimiter<string> names = PerMinute(5);
    private readonly PartitionedRateLimiter<string> registrations = PerMinute(5);
    private readonly PartitionedRateLimiter<string> setups = PerMinute(5);

    internal Refusal? Login(HttpContext http, string identifier) =>
        Take(logins, Address(http)) ?? Take(names, identifier.Trim().ToUpperInvariant());

    internal Refusal? Registration(HttpContext http) => Take(registrations, Address(http));

    internal Refusal? Setup(HttpContext http) => Take(setups, Address(http));

    public void Dispose()
    {
        logins.Dispose();
        names.Dispose();
        registrations.Dispose();
        setups.Dispose();
    }

    private static string Address(HttpContext http) => (http.Connection.RemoteIpAddress ?? IPAddress.None).ToString();

    private static Refusal? Take(PartitionedRateLimiter<string> limiter, string who)
    {
        using var lease = limiter.AttemptAcquire(who);
        if (lease.IsAcquired) return null;
        return Errors.TooMany(
            lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromMinutes(1));
    }

    private static PartitionedRateLimiter<string> PerMinute(int permits) =>
        PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetFixedWindowLimiter(
            who, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = TimeSpan.FromMinutes(1) }));
}

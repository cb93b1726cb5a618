using System.Security.Cryptography;
using System.Text;

namespace SupplyApi.Upstream;

/// <summary>Any key opens the door; words in it choose how the door behaves, so a test needs no set-up here.</summary>
internal static class Credential
{
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(20);

    internal static string? Read(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return authorization[7..].Trim();
        var key = request.Headers["x-api-key"].ToString();
        if (key.Length == 0) key = request.Headers["x-goog-api-key"].ToString();
        return key.Length > 0 ? key : null;
    }

    /// <summary>Enough of a SHA-256 to know the key again, and nothing of the key.</summary>
    internal static string? Digest(string? credential) => credential is null
        ? null
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(credential)))[..16];

    /// <summary>False when the request was refused, and the refusal is sent.</summary>
    internal static async Task<bool> AdmitAsync(HttpContext http, Protocol protocol)
    {
        var credential = Read(http.Request);
        if (credential?.Contains("slow", StringComparison.OrdinalIgnoreCase) == true)
            await Task.Delay(SlowAnswer, http.RequestAborted);

        var status = credential switch
        {
            null or "" => StatusCodes.Status401Unauthorized,
            _ when Says("invalid") => StatusCodes.Status401Unauthorized,
            _ when Says("denied") => StatusCodes.Status403Forbidden,
            _ when Says("busy") => StatusCodes.Status429TooManyRequests,
            _ when Says("broken") => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status200OK
        };
        if (status == StatusCodes.Status200OK) return true;
        await Refusal.SendAsync(http, protocol, status);
        return false;

        bool Says(string word) => credential.Contains(word, StringComparison.OrdinalIgnoreCase);
    }
}

using Microsoft.AspNetCore.Connections.Features;
using SupplyApi.Features.Auth;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 0: whose key it is, before anything else of the request is looked at. Every endpoint of a group that is
/// <see cref="Access.ForKeys"/> is behind it, whatever its slice does.
/// </summary>
internal sealed class Admit(KeyDirectory keys)
{
    internal Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (!TryRead(http.Request, out var key)) return Errors.Unauthenticated.ExecuteAsync(http);

        var hasForm =
            key.Length == Secrets.ApiKeyLength && key.StartsWith(Secrets.ApiKeyPrefix, StringComparison.Ordinal);
        var found = hasForm ? keys.FindAsync(HashOf(http, key), http.RequestAborted) : default;
        return found.IsCompletedSuccessfully ? Enter(http, found.Result, next) : EnterAsync(http, found, next);
    }

    // A client sends the same key on a connection again and again: it is hashed once.
    private static KeyHash HashOf(HttpContext http, ReadOnlySpan<char> key)
    {
        if (http.Features.Get<IConnectionItemsFeature>()?.Items is not { } items) return KeyHash.Of(key);
        if (items.TryGetValue(typeof(Seen), out var before) && before is Seen seen && key.SequenceEqual(seen.Key))
            return seen.Hash;
        var hash = KeyHash.Of(key);
        items[typeof(Seen)] = new Seen(key.ToString(), hash);
        return hash;
    }

    private static async Task EnterAsync(HttpContext http, ValueTask<KeyHolder?> found, RequestDelegate next) =>
        await Enter(http, await found, next);

    private static Task Enter(HttpContext http, KeyHolder? holder, RequestDelegate next)
    {
        if (holder is null) return Errors.InvalidApiKey.ExecuteAsync(http);
        if (!holder.Allows(http.Connection.RemoteIpAddress)) return Errors.ClosedToAddress.ExecuteAsync(http);
        http.Features.Set(holder);
        return next(http);
    }

    // OpenAI's clients send Authorization, Anthropic's x-api-key, Gemini's x-goog-api-key.
    private static bool TryRead(HttpRequest request, out ReadOnlySpan<char> key)
    {
        if (BearerToken.TryRead(request, out key)) return true;
        if (!request.Headers.TryGetValue("x-api-key", out var values)
            && !request.Headers.TryGetValue("x-goog-api-key", out values))
            return false;
        key = values.ToString();
        return true;
    }

    private sealed record Seen(string Key, KeyHash Hash);
}

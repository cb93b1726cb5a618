using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Primitives;
using SupplyApi.Features.Auth;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// 0: who calls, before anything else of the request is looked at. Every endpoint of a group that is
/// <see cref="Access.ForKeys"/> is behind it, whatever its slice does.
/// </summary>
internal sealed class Admit(KeyDirectory keys, SignedRequests signed, CallRates rates)
{
    private const string AppHeader = "X-App-Id";

    internal Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers.ContainsKey(AppHeader)) return RunSignedAsync(http, next);
        if (!TryRead(http.Request, out var text)) return Errors.Unauthenticated.ExecuteAsync(http);

        var proof = ProofOf(text);
        if (proof is null) return Errors.InvalidApiKey.ExecuteAsync(http);
        var hash = HashOf(http, text);
        var found = keys.FindAsync(hash, proof.Value, http.RequestAborted);
        return found.IsCompletedSuccessfully
            ? Enter(http, found.Result, hash, next)
            : EnterAsync(http, found, hash, next);
    }

    private static Proof? ProofOf(ReadOnlySpan<char> text)
    {
        if (text.Length == Secrets.ApiKeyLength)
        {
            if (text.StartsWith(Secrets.ApiKeyPrefix, StringComparison.Ordinal)) return new Proof(ProofKind.UserKey);
            if (text.StartsWith(Secrets.ConsumerKeyPrefix, StringComparison.Ordinal))
                return new Proof(ProofKind.ConsumerKey);
        }

        return ConsumerToken.LooksLike(text) ? new Proof(ProofKind.Token, text.ToString()) : null;
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

    private async Task EnterAsync(
        HttpContext http, ValueTask<KeyHolder?> found, KeyHash hash, RequestDelegate next) =>
        await Enter(http, await found, hash, next);

    private Task Enter(HttpContext http, KeyHolder? holder, KeyHash hash, RequestDelegate next)
    {
        if (holder is null || holder.Subscriber?.IsPresentedAsAgreed(http.Request, hash) == false)
            return Errors.InvalidApiKey.ExecuteAsync(http);
        if (!holder.Allows(http.Connection.RemoteIpAddress)) return Errors.ClosedToAddress.ExecuteAsync(http);
        http.Features.Set(holder);
        return holder.Subscriber is { CallsPerSecond: > 0 } limited
            ? EnterInTurnAsync(http, limited, next)
            : next(http);
    }

    private async Task EnterInTurnAsync(HttpContext http, Subscriber caller, RequestDelegate next)
    {
        if (await rates.EnterAsync(caller, http.RequestAborted) is { } wait)
            await Errors.TooMany(wait).ExecuteAsync(http);
        else await next(http);
    }

    // The signature covers the body, so that is read first; the limit on calls is taken with the signature.
    private async Task RunSignedAsync(HttpContext http, RequestDelegate next)
    {
        var outcome = await signed.AdmitAsync(http, GatewayRoutes.BodyBytesMax);
        if (outcome.Value is not { } app)
        {
            await outcome.Refusal!.ExecuteAsync(http);
            return;
        }

        var known = new KeyHash((ulong)app.CredentialId, 0, 0, 0);
        var proof = new Proof(ProofKind.App, CredentialId: app.CredentialId);
        if (await keys.FindAsync(known, proof, http.RequestAborted) is not { } holder)
        {
            // It was shut between the one look and the other.
            await Errors.AppClosed.ExecuteAsync(http);
            return;
        }

        http.Features.Set(holder);
        await next(http);
    }

    // OpenAI's clients send Authorization, Anthropic's x-api-key, Gemini's x-goog-api-key. A consumer may have chosen
    // another header, or a word before the key: its keys are told by their own form.
    private static bool TryRead(HttpRequest request, out ReadOnlySpan<char> text)
    {
        if (BearerToken.TryRead(request, out text))
        {
            if (text.IsEmpty) TryFindKey(request.Headers.Authorization, out text);
            return true;
        }

        if (request.Headers.TryGetValue("x-api-key", out var values)
            || request.Headers.TryGetValue("x-goog-api-key", out values))
        {
            if (!TryFindKey(values, out text)) text = values.ToString();
            return true;
        }

        foreach (var (_, others) in request.Headers)
        {
            if (TryFindKey(others, out text)) return true;
        }

        return false;
    }

    private static bool TryFindKey(StringValues values, out ReadOnlySpan<char> key)
    {
        key = default;
        var text = values is [{ } value] ? value.AsSpan().TrimEnd() : default;
        if (text.Length < Secrets.ApiKeyLength) return false;
        text = text[^Secrets.ApiKeyLength..];
        if (text.StartsWith(Secrets.ConsumerKeyPrefix, StringComparison.Ordinal)) key = text;
        return !key.IsEmpty;
    }

    private sealed record Seen(string Key, KeyHash Hash);
}

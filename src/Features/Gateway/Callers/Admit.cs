using Microsoft.AspNetCore.Connections.Features;
using SupplyApi.Features.Consumers;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// 0: who calls, before anything else of the request is looked at. Every endpoint of a group that is
/// <see cref="Access.ForKeys"/> is behind it, whatever its slice does.
/// </summary>
internal sealed class Admit(KeyDirectory keys, SignedRequests signed, CallRates rates)
{
    internal Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (SignedHeaders.AreOn(http.Request)) return RunSignedAsync(http, next);
        var place = PresentedKey.Find(http.Request, out var key);
        if (place == KeyPlace.None) return Errors.Unauthenticated.ExecuteAsync(http);
        if (place == KeyPlace.Unknown) return Errors.InvalidApiKey.ExecuteAsync(http);

        var hash = HashOf(http, key);
        var found = keys.FindAsync(hash, ProofOf(key), http.RequestAborted);
        return found.IsCompletedSuccessfully
            ? Enter(http, found.Result, hash, place, next)
            : EnterAsync(http, found, hash, place, next);
    }

    private static Proof ProofOf(ReadOnlySpan<char> key)
    {
        if (key.Length != Secrets.ApiKeyLength) return new Proof(ProofKind.Token, key.ToString());
        return new Proof(key.StartsWith(Secrets.ApiKeyPrefix, StringComparison.Ordinal)
            ? ProofKind.UserKey
            : ProofKind.ConsumerKey);
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
        HttpContext http, ValueTask<KeyHolder?> found, KeyHash hash, KeyPlace place, RequestDelegate next) =>
        await Enter(http, await found, hash, place, next);

    private Task Enter(HttpContext http, KeyHolder? holder, KeyHash hash, KeyPlace place, RequestDelegate next)
    {
        if (holder is null || holder.Subscriber?.IsPresentedAsAgreed(http.Request, hash, place) == false)
            return Errors.InvalidApiKey.ExecuteAsync(http);
        if (!holder.AllowedAddresses.Allow(http.Connection.RemoteIpAddress))
            return Errors.ClosedToAddress.ExecuteAsync(http);
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

    private sealed record Seen(string Key, KeyHash Hash);
}

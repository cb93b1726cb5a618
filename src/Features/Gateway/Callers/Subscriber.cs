using System.Collections.Frozen;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>A consumer that a caller speaks for: how it may do so, and what it has subscribed to.</summary>
/// <param name="HeaderName">The only header its key is taken from; null for the usual ones.</param>
/// <param name="Prefix">What stands before the key there.</param>
/// <param name="CallsPerSecond">Of this credential, on all nodes together; zero for any number.</param>
/// <param name="Until">When the credential, its key or its token ends.</param>
/// <param name="Plans">By model.</param>
internal sealed record Subscriber(
    long ConsumerId, long CredentialId, string? HeaderName, string? Prefix, int CallsPerSecond, DateTimeOffset Until,
    FrozenDictionary<string, Plan> Plans)
{
    /// <summary>Null: there is no subscription to the model, or not any more.</summary>
    internal Plan? PlanFor(string model, DateTimeOffset now) =>
        Plans.TryGetValue(model, out var plan) && plan.Until > now ? plan : null;

    /// <summary>The key stands where the credential says that it must.</summary>
    internal bool IsPresentedAsAgreed(HttpRequest request, KeyHash key, KeyPlace place)
    {
        if (HeaderName is null) return place == KeyPlace.Usual;
        if (request.Headers[HeaderName] is not [{ } value]) return false;
        var text = value.AsSpan().Trim();
        if (Prefix is not null)
        {
            if (text.Length <= Prefix.Length || text[Prefix.Length] != ' '
                || !text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                return false;
            text = text[Prefix.Length..].Trim();
        }

        return text.Length == Secrets.ApiKeyLength && KeyHash.Of(text) == key;
    }
}

/// <param name="PackageId">Zero: whichever is the cheapest that can serve.</param>
/// <param name="AgreedInput">A million tokens cost at most this; null where nothing was agreed.</param>
internal sealed record Plan(
    long SubscriptionId, long PackageId, DateTimeOffset Until, decimal? AgreedInput = null,
    decimal? AgreedOutput = null);

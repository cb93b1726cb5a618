using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway;

/// <summary>
/// A model that somebody offers and the caller may use, as this node knows it: of a consumer, what it subscribes to.
/// </summary>
internal sealed record ModelOnSale(string Id, DateTimeOffset Since)
{
    /// <param name="providers">Whose models; empty for everybody's. One array for all calls, not one for each.</param>
    internal static IReadOnlyList<ModelOnSale> List(
        RoutingSnapshot snapshot, KeyHolder key, string[] providers, DateTimeOffset now)
    {
        var models = new List<ModelOnSale>();
        foreach (var offers in snapshot.Models)
        {
            if (!key.Allows(offers.Model)) continue;
            var candidates = offers.Of(providers);
            if (key.Subscriber is { } subscriber)
            {
                if (subscriber.PlanFor(offers.Model, now) is not { } plan) continue;
                if (plan.PackageId > 0) candidates = offers.Only(plan.PackageId, providers);
            }

            var since = DateTimeOffset.MaxValue;
            foreach (var candidate in candidates)
            {
                if (candidate.ExpiresAt > now && candidate.OfferedSince < since) since = candidate.OfferedSince;
            }

            if (since < DateTimeOffset.MaxValue) models.Add(new ModelOnSale(offers.Model, since));
        }

        return models;
    }
}

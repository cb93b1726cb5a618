using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway;

/// <summary>A model that somebody offers and the key may use, as this node knows it.</summary>
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
            var since = DateTimeOffset.MaxValue;
            foreach (var candidate in offers.Of(providers))
            {
                if (candidate.ExpiresAt > now && candidate.OfferedSince < since) since = candidate.OfferedSince;
            }

            if (since < DateTimeOffset.MaxValue) models.Add(new ModelOnSale(offers.Model, since));
        }

        return models;
    }
}

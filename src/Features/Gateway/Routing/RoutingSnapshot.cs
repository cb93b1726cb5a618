using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// Who can serve which model, and in what order they are asked, as of one moment. Never changed: a call keeps the one
/// it began with.
/// </summary>
internal sealed class RoutingSnapshot
{
    private readonly Dictionary<string, ModelOffers> byModel;

    private RoutingSnapshot(RoutingRule rule, Dictionary<string, ModelOffers> byModel)
    {
        Rule = rule;
        this.byModel = byModel;
        Models = [.. byModel.Values.OrderBy(static one => one.Model, StringComparer.Ordinal)];
    }

    internal static RoutingSnapshot Empty { get; } = new(RoutingRule.Cheapest, []);

    internal RoutingRule Rule { get; }

    /// <summary>By name.</summary>
    internal IReadOnlyList<ModelOffers> Models { get; }

    internal static RoutingSnapshot Of(
        RoutingRule rule, IEnumerable<Candidate> candidates, CandidateStates states) =>
        new(rule, candidates
            .GroupBy(static one => one.Model, StringComparer.Ordinal)
            .ToDictionary(
                static group => group.Key,
                group => new ModelOffers(group.Key, [.. group.Order(ByPrice.Order)], states.TurnOf(group.Key)),
                StringComparer.Ordinal));

    internal ModelOffers? Find(string model) => byModel.GetValueOrDefault(model);

    private sealed class ByPrice : IComparer<Candidate>
    {
        internal static ByPrice Order { get; } = new();

        public int Compare(Candidate? x, Candidate? y)
        {
            var order = x!.Prices.SmallCall.CompareTo(y!.Prices.SmallCall);
            if (order == 0) order = x.Prices.Output.CompareTo(y.Prices.Output);
            if (order == 0) order = x.Source.CompareTo(y.Source);
            return order == 0 ? x.Id.CompareTo(y.Id) : order;
        }
    }
}

/// <summary>All that is offered of one model, cheapest first.</summary>
/// <param name="all">Also what is not on sale any more, and serves who has subscribed to it.</param>
internal sealed class ModelOffers(string model, Candidate[] all, Turn turn)
{
    private readonly Candidate[] candidates = [.. all.Where(static one => one.IsOnSale)];

    private readonly Dictionary<long, Candidate[]> alone = all
        .Where(static one => one.Source == Source.Package)
        .ToDictionary(static one => one.Id, static one => new[] { one });

    // One per list of providers that a protocol has: a handful. Losing one to a race only makes it again.
    private volatile View[] views = [];

    internal string Model => model;
    internal Turn Turn => turn;

    /// <summary>Those whose provider is one of these; empty for everybody's.</summary>
    internal Candidate[] Of(string[] providers)
    {
        if (providers.Length == 0) return candidates;
        foreach (var view in views)
        {
            if (ReferenceEquals(view.Providers, providers)) return view.Candidates;
        }

        return Make(providers);
    }

    /// <summary>The package alone, for who has subscribed to it; nothing if it cannot serve.</summary>
    internal Candidate[] Only(long package, string[] providers) =>
        alone.TryGetValue(package, out var one)
        && (providers.Length == 0 || Array.IndexOf(providers, one[0].Provider) >= 0)
            ? one
            : [];

    private Candidate[] Make(string[] providers)
    {
        var made = new View(providers, [.. candidates.Where(one => providers.Contains(one.Provider))]);
        views = [.. views, made];
        return made.Candidates;
    }

    private sealed record View(string[] Providers, Candidate[] Candidates);
}

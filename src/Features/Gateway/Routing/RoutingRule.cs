namespace SupplyApi.Features.Gateway.Routing;

/// <summary>In what order the candidates of a call are asked; published, and the same for everybody.</summary>
internal enum RoutingRule
{
    /// <summary>By the price of output, then of input; of equals the older one.</summary>
    Cheapest,

    /// <summary>The higher priority first; equals by chance, in proportion to their weights.</summary>
    Priority,

    /// <summary>By chance, in proportion to the weights.</summary>
    Weighted,

    /// <summary>Each model's candidates in turn.</summary>
    RoundRobin,

    /// <summary>Whoever began to answer soonest of late; first of all those that nobody has asked of late.</summary>
    LeastLatency,
}

/// <summary>The rule as administrators set it.</summary>
internal static class RoutingRules
{
    internal const string Setting = "routing_rule";

    private static readonly string[] Names =
        Array.ConvertAll(Enum.GetNames<RoutingRule>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    internal static string Choices { get; } = string.Join(", ", Names);

    internal static string NameOf(RoutingRule rule) => Names[(int)rule];

    internal static bool IsKnown(string name) => Names.Contains(name);

    /// <summary>What nobody has set is cheapest.</summary>
    internal static RoutingRule Of(string? name) =>
        Array.IndexOf(Names, name) is >= 0 and var at ? (RoutingRule)at : RoutingRule.Cheapest;
}

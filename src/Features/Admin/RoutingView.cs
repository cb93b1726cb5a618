using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Admin;

/// <summary>In what order those are asked who can serve a call.</summary>
internal sealed record RoutingView(string Rule) : IRow<RoutingView>
{
    /// <summary>Without a row nobody has set it yet.</summary>
    internal const string Find = $"select value from site_settings where name = '{RoutingRules.Setting}'";

    internal static RoutingView Unset { get; } = new(RoutingRules.NameOf(default));

    public static RoutingView Read(NpgsqlDataReader row) => new(RoutingRules.NameOf(RoutingRules.Of(row.GetString(0))));
}

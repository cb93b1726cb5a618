using System.Globalization;
using System.Text;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// How a call found who serves it, for a caller who asks: `rule=cheapest; package/7=rate; package/9=tried:503;
/// package/8=chosen`. Never a host, an account or a credential.
/// </summary>
internal sealed class RouteNotes(RoutingRule rule)
{
    internal const string Header = "X-Supply-Route";
    internal const string Wish = "explain";

    private const int NotesMax = 32;

    private readonly StringBuilder text = new($"rule={RoutingRules.NameOf(rule)}");
    private int count;

    internal static string WordOf(Obstacle obstacle) => obstacle switch
    {
        Obstacle.Busy => "busy",
        Obstacle.Breaker => "breaker",
        Obstacle.Slots => "slots",
        _ => "rate",
    };

    internal void Add(Candidate candidate, string why)
    {
        if (++count > NotesMax) return;
        text.Append(CultureInfo.InvariantCulture, $"; {NameOf(candidate)}={why}");
    }

    internal void AddTried(Candidate candidate, int status) =>
        Add(candidate, status == 0 ? "tried" : $"tried:{status}");

    /// <summary>With the one that answers now, if one does.</summary>
    internal string TextWith(Candidate? chosen)
    {
        var more = count > NotesMax ? $"; more={count - NotesMax}" : "";
        return chosen is null ? $"{text}{more}" : $"{text}{more}; {NameOf(chosen)}=chosen";
    }

    private static string NameOf(Candidate candidate) =>
        $"{(candidate.Source == Source.Package ? "package" : "channel")}/{candidate.Id}";
}

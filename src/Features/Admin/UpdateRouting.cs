using SupplyApi.Features.Auth;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Admin;

/// <summary>An admin sets the rule by which calls find who serves them; every node follows within a second.</summary>
internal static class UpdateRouting
{
    /// <summary>The rule is nobody's own.</summary>
    private const long Platform = 0;

    internal sealed record Request(string Rule);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/routing", Handle)
        .WithName("updateRouting");

    // Two admins at once: what the later one's record says was before is what the earlier one set.
    private const string Lock = "lock table site_settings in share row exclusive mode";

    private static async Task<IResult> Handle(
        Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!RoutingRules.IsKnown(body.Rule))
            return Errors.Invalid("rule", $"rule must be one of {RoutingRules.Choices}.");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(Lock).RunAsync(ct);
        var before = await connection.Command(RoutingView.Find).OneAsync<RoutingView>(ct) ?? RoutingView.Unset;
        await connection.Command(SiteSettings.Put).With(RoutingRules.Setting).With(body.Rule).RunAsync(ct);
        var now = clock.GetUtcNow();
        await connection.AuditAsync(caller, new AuditEntry("admin.routing.update", "routing", RoutingRules.Setting)
        {
            TenantId = Platform,
            Before = new() { ["rule"] = before.Rule },
            After = new() { ["rule"] = body.Rule },
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new RoutingView(body.Rule));
    }
}

[JsonSerializable(typeof(UpdateRouting.Request))]
[JsonSerializable(typeof(RoutingView))]
internal sealed partial class UpdateRoutingJson : JsonSerializerContext;

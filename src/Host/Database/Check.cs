using System.Text.RegularExpressions;

namespace SupplyApi.Host.Database;

/// <summary>`supply check`: is the schema current, and does the ledger prove itself?</summary>
internal static partial class Check
{
    internal static async Task<bool> RunAsync(NpgsqlDataSource db, CancellationToken ct)
    {
        if (!await IsCurrentAsync(db, ct)) return false;

        Say(true, "database: schema up to date");
        return await ProveAsync(db, ct);
    }

    /// <summary>`supply verify-ledger`: the money alone.</summary>
    internal static async Task<bool> VerifyLedgerAsync(NpgsqlDataSource db, CancellationToken ct) =>
        await IsCurrentAsync(db, ct) && await ProveAsync(db, ct);

    private static async Task<bool> IsCurrentAsync(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var pending = await Migrator.PendingAsync(connection, ct);
        return pending.Count == 0
            || Say(false, $"database: {pending.Count} migrations are missing; run `supply migrate`");
    }

    private static async Task<bool> ProveAsync(NpgsqlDataSource db, CancellationToken ct)
    {
        var verdict = await LedgerProof.FindAsync(db, ct);
        return Say(verdict.Broken is null, verdict.ToString());
    }

    internal static IEnumerable<string> Operations(IEndpointRouteBuilder routes) =>
        from endpoint in routes.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
        let name = endpoint.Metadata.GetMetadata<EndpointNameMetadata>()?.EndpointName
        let method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]
        let path = Constraint().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "}")
        orderby path, method
        select $"{method} {path} {name}";

    private static bool Say(bool good, string line)
    {
        Console.Out.WriteLine(line);
        return good;
    }

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();
}

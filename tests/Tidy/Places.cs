using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Tidy;

/// <summary>What may stand where, and what must stand somewhere else too.</summary>
internal static partial class Places
{
    private static readonly string[] Crypto =
    [
        "src/Features/Shared/Secrets.cs", "src/Features/Shared/Signature.cs", "src/Features/Auth/PasswordHash.cs",
        "src/Features/Gateway/Callers/TokenSignature.cs", "src/Host/Authentication/",
    ];

    // Which of several constants it is, is decided beside the call.
    private static readonly string[] ChosenSql =
        ["src/Features/Gateway/Charging/LeaseRows.cs", "src/Features/Gateway/Routing/RoutingFeed.cs"];

    // Filters are many and may all be given: their SQL is joined from constants, with parameters by number.
    private static readonly string[] JoinedSql =
    [
        "src/Features/Intents/IntentCounts.cs", "src/Features/Intents/IntentList.cs",
        "src/Features/Intents/IntentRows.cs",
    ];

    private static readonly string[] Ledger = ["src/Features/Shared/Ledger.cs", "src/Host/Database/"];

    internal static IEnumerable<string> Cryptography(SourceFile file) => Only(
        file, "System.Security.Cryptography", Crypto, "call Secrets or Signature");

    internal static IEnumerable<string> LedgerTables(SourceFile file) => Only(
        file, "ledger_", Ledger, "only Ledger moves money");

    /// <summary>What a slice sends to the database is a constant; where it is joined, then of constants.</summary>
    internal static IEnumerable<string> Sql(SourceFile file)
    {
        if (!file.IsUnder("src/Features/") || ChosenSql.Any(file.IsUnder)) return [];
        var isJoined = JoinedSql.Any(file.IsUnder);
        var forbidden = isJoined ? Interpolation() : NoConstant();
        return file.Lines.Select((line, at) => (line, at))
            .Where(one => forbidden.IsMatch(one.line))
            .Select(one => $"{file.Path}:{one.at + 1}: '{one.line.Trim()}' -> SQL is a constant with $1");
    }

    internal static IEnumerable<string> SlicesWithoutTests(IReadOnlyList<SourceFile> files)
    {
        var tests = files.Where(static file => file.IsUnder("tests/"))
            .Select(static file => file.Name).ToHashSet();
        return files.Where(file => file.IsSlice && !tests.Contains(file.Name + "Tests"))
            .Select(static file => $"{file.Path}: there is no {file.Name}Tests.cs");
    }

    internal static IEnumerable<string> SlicesWithoutRoutes(IReadOnlyList<SourceFile> files)
    {
        var routes = string.Join('\n', files.Where(static file => file.IsRoutes).Select(static file => file.Text));
        return files.Where(file => file.IsSlice && !routes.Contains($"{file.Name}.Map(", StringComparison.Ordinal))
            .Select(static file => $"{file.Path}: no Routes file maps {file.Name}");
    }

    [GeneratedRegex(@"\.Command\((?![A-Z])")]
    private static partial Regex NoConstant();

    // An interpolated constant is put together by the compiler.
    [GeneratedRegex("""^(?!.*\bconst string\b).*(\$+"|string\.(Format|Join|Create)|StringBuilder)""")]
    private static partial Regex Interpolation();

    private static IEnumerable<string> Only(SourceFile file, string text, string[] allowed, string advice) =>
        file.IsOurs && !allowed.Any(file.IsUnder)
            ? file.Lines.Select((line, at) => (line, at))
                .Where(one => one.line.Contains(text, StringComparison.Ordinal))
                .Select(one => $"{file.Path}:{one.at + 1}: '{text}' does not belong here; {advice}")
            : [];
}

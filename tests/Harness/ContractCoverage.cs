using System.Collections.Concurrent;
using System.Globalization;

namespace SupplyApi.Tests.Harness;

/// <summary>After a full run every documented (operation, status) has been seen, or is on the pending list.</summary>
internal static class ContractCoverage
{
    private static readonly ConcurrentDictionary<(string Operation, int Status), byte> Seen = new();

    private static string PendingFile => Path.Combine(Repository.Tests, "Contract", "pending.txt");

    internal static void Saw(string operation, int status) => Seen[(operation, status)] = 0;

    internal static IReadOnlySet<(string Operation, int Status)> Pending() => File.ReadLines(PendingFile)
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split(' '))
        .Select(static parts => (parts[0], int.Parse(parts[1])))
        .ToHashSet();

    internal static IEnumerable<string> Gaps() =>
        Gaps(Suite.Contract.Operations, Seen.Keys.ToHashSet(), Pending());

    internal static IEnumerable<string> Gaps(
        IReadOnlyList<Operation> operations,
        HashSet<(string Operation, int Status)> seen,
        IReadOnlySet<(string Operation, int Status)> pending)
    {
        var documented = operations
            .SelectMany(static one => one.Statuses.Select(status => (Operation: one.Id, Status: status)))
            .ToHashSet();
        return Told(documented.Except(pending).Except(seen), "contract: no test has seen {0} answer {1}; write one")
            .Concat(Told(pending.Intersect(seen), "pending.txt: {0} {1} was seen; remove it"))
            .Concat(Told(pending.Except(documented), "pending.txt: openapi.yaml does not document {0} {1}; remove it"))
            .Order(StringComparer.Ordinal);

        static IEnumerable<string> Told(IEnumerable<(string Operation, int Status)> gaps, string words) =>
            gaps.Select(gap => string.Format(CultureInfo.InvariantCulture, words, gap.Operation, gap.Status));
    }
}

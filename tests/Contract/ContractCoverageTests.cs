using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Contracts;

/// <summary>The check at the end of the run bites.</summary>
public sealed class ContractCoverageTests
{
    private static readonly Operation[] Operations =
        [new("getOne", "GET", "/one", new Regex("^/one$"), [200, 404], true, false, false, false)];

    [Fact]
    public void A_status_that_nobody_saw_is_a_gap() => Assert.Equal(
        ["contract: no test has seen getOne answer 404; write one"],
        ContractCoverage.Gaps(Operations, [("getOne", 200)], new HashSet<(string, int)>()));

    [Fact]
    public void A_pending_status_that_was_seen_must_go() => Assert.Equal(
        ["pending.txt: getOne 404 was seen; remove it"],
        ContractCoverage.Gaps(
            Operations, [("getOne", 200), ("getOne", 404)], new HashSet<(string, int)> { ("getOne", 404) }));

    [Fact]
    public void A_pending_status_that_is_not_documented_must_go() => Assert.Equal(
        ["pending.txt: openapi.yaml does not document getTwo 200; remove it"],
        ContractCoverage.Gaps(
            Operations, [("getOne", 200), ("getOne", 404)], new HashSet<(string, int)> { ("getTwo", 200) }));

    [Fact]
    public void Nothing_missing_is_no_gap() => Assert.Empty(
        ContractCoverage.Gaps(Operations, [("getOne", 200), ("getOne", 404)], new HashSet<(string, int)>()));
}

namespace SupplyApi.Tests.Contracts;

/// <summary>What the process serves and what openapi.yaml promises are the same list.</summary>
public sealed class EveryOperationIsMapped : ApiTest
{
    [Fact]
    public async Task And_every_mapped_one_is_documented()
    {
        var check = await Api.RunAsync("check", "--operations");
        Assert.True(check.ExitCode == 0, string.Join('\n', check.Errors));

        var pending = ContractCoverage.Pending();
        var documented = Suite.Contract.Operations;
        var missingAllowed = documented
            .Where(one => one.Statuses.All(status => pending.Contains((one.Id, status))))
            .Select(Line);
        var mapped = check.Output.Where(static line => line.Contains(" /", StringComparison.Ordinal)).ToHashSet();

        Assert.Empty(mapped.Except(documented.Select(Line)).Order());
        Assert.Empty(documented.Select(Line).Except(mapped).Except(missingAllowed).Order());
    }

    private static string Line(Operation one) => $"{one.Method} {one.Path} {one.Id}";
}
